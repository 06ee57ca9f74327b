// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// A body that waits in a list for whoever holds a `ContextLock`.
///
/// Its memory belongs to whoever waits for it, and nobody else touches it once it is done; or, if it is
/// detached, to whoever runs it.
@safe
struct DeferredWork {
  @unsafe
  private struct Contents {
    /// The one that was deferred before it.
    var next: UnsafeMutableRawPointer?
    let isDetached: Bool
    let run: () -> Void
  }
  private static let pending: UInt32 = 0
  private static let done: UInt32 = 1
  private static let awaited: UInt32 = 2

  let address: UnsafeMutableRawPointer

  init(runsDetached: Bool, _ run: @escaping () -> Void) {
    unsafe address = .allocate(
      byteCount: 8 + MemoryLayout<Contents>.size, alignment: MemoryLayout<Contents>.alignment)
    unsafe address.initializeMemory(as: UInt32.self, to: Self.pending)
    // Relaxed, and again: on the simulated machine memory and words are two things.
    unsafe percpu_u32_store_relaxed(progress, Self.pending)
    unsafe contents.initialize(to: Contents(next: nil, isDetached: runsDetached, run: run))
  }

  init(at address: UnsafeMutableRawPointer) {
    unsafe self.address = address
  }

  func deallocate() {
    unsafe contents.deinitialize(count: 1)
    #if PERCPU_MODEL
      unsafe percpu_model_forget(address, UInt64(8 + MemoryLayout<Contents>.size))
    #endif
    unsafe address.deallocate()
  }

  private var progress: UnsafeMutablePointer<UInt32> {
    unsafe address.assumingMemoryBound(to: UInt32.self)
  }

  private var contents: UnsafeMutablePointer<Contents> {
    unsafe (address + 8).assumingMemoryBound(to: Contents.self)
  }

  /// For whoever defers it, and for whoever has taken it from the list.
  var next: UnsafeMutableRawPointer? {
    get { unsafe contents.pointee.next }
    nonmutating set { unsafe contents.pointee.next = newValue }
  }

  /// Runs the body. Nothing of it may be touched afterwards.
  func run() {
    unsafe contents.pointee.run()
    if unsafe contents.pointee.isDetached { return deallocate() }
    // Release: pairs with the acquire in `waitUntilDone`.
    if unsafe percpu_u32_exchange_release(progress, Self.done) == Self.awaited {
      // The memory may be somebody else's by now: at worst it wakes somebody for nothing.
      _ = unsafe percpu_futex_wake(progress, 1)
    }
  }

  func waitUntilDone() {
    for _ in 0..<2 * Waiting.spins {
      // Acquire: pairs with the release in `run`.
      if unsafe percpu_u32_load_acquire(progress) == Self.done { return }
      percpu_pause()
    }
    // Relaxed: what follows acquires.
    _ = unsafe percpu_u32_compare_exchange_relaxed(progress, Self.pending, Self.awaited)
    // Acquire: the same.
    while unsafe percpu_u32_load_acquire(progress) != Self.done {
      _ = unsafe percpu_futex_wait(progress, Self.awaited, -1)
    }
  }
}
