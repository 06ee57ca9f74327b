// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// Who reads, counted by kind: those who come now, and those who are on their way out.
///
/// In each row stand
///
///     entered[0], entered[1]   how many came on this CPU
///     left[0], left[1]         how many went on this CPU
///     touched                  see `DeferredCalls`
///     lock                     (of the unbound row) the conductor's; see `GracePeriods`
///
/// and in the common row
///
///     kind                     of which kind those are who come: 0 or 1
///
/// A reader may come on one CPU and go on another, so only the sums over the rows mean something.
///
///     reader                                 grace period
///     section { i = kind (acquire);          kind := other (release)
///               entered[i] += 1 }            restart fence, all CPUs
///     ... reads ...                          repeat { sum of left[i] (acquire), then sum of entered[i] }
///     left[i] += 1 (release)                   until they are the same
///
/// Invariant: behind the restart fence nobody comes as the former kind, so that the readers of that kind are
/// those who came before it, and get fewer.
///
/// - A section that was under way when the fence came has counted its reader, and the sum contains it; or it
///   starts again and finds the new kind, and with it all that was done before the change. So the kind has to be
///   loaded *inside* of the section. Loaded before, it may be of the last grace period but one: a reader comes as
///   a kind that nobody waits for.
/// - A thread without sections counts itself, runs a light fence, and looks at the kind again. It is in the sum, or
///   it sees the change, and goes and comes again. So it may be seen of the former kind for a moment although
///   it reads nothing.
/// - Hence `left` is summed up first. Whoever is counted there is also counted in `entered`, since it came before it
///   went (release, acquire): a reader that is inside makes the second sum larger, whoever comes and goes meanwhile.
///   The other way round one that just passes through hides one that stays.
/// - If the kind has changed twice when a thread looks at it again, it is of the kind that is now current, and
///   counted before the next change: as good as new.
/// - The former kind is empty when the next grace period begins, and nobody has come since.
///
/// This is sleepable RCU's pair of counters. There a reader's increment and its look at the kind are two things, and
/// two waits are needed for it.
@safe
@frozen
@usableFromInline
struct ReadSections: @unchecked Sendable {
  // Sendable: words that are accessed by sequences and atomic instructions.

  private static let byteCount = PerCPUArena.lineSize

  @usableFromInline
  let slots: UnsafeMutableRawPointer

  init() {
    unsafe slots = PerCPUArena.shared.allocate(byteCount: Self.byteCount)
    // Made here, because making it allocates.
    _ = CPU.rows
  }

  func deallocate() {
    unsafe PerCPUArena.shared.deallocate(slots, byteCount: Self.byteCount)
  }

  // MARK: Readers

  /// Comes, and returns where to count the leaving.
  @inlinable
  @inline(__always)
  func enter() -> UnsafeMutableRawPointer {
    let kind = unsafe percpu_sequence_enter(slots, self.kind)
    return unsafe slots + 16 + kind &* 8
  }

  /// Release: pairs with the acquire of `areOver`. By any thread, on any CPU.
  @inlinable
  @inline(__always)
  static func leave(_ left: UnsafeMutableRawPointer) {
    unsafe percpu_sequence_add_release(left, 1)
  }

  // MARK: Grace periods

  /// Lets those who come be of the other kind, and returns that of those who were there.
  func change() -> Int {
    // Relaxed: only stored here, under the conductor's lock.
    let former = unsafe percpu_word_load_relaxed(kind)
    // Release: pairs with the acquire of `enter`.
    unsafe percpu_word_store_release(kind, former ^ 1)
    percpu_fence_restart_all()
    return former
  }

  /// Whether nobody of this kind reads any more. The sums are those of counters of so many bits.
  func areOver(_ kind: Int, bits: Int) -> Bool {
    var readers = 0
    // Acquire: pairs with the release of `leave`.
    for cpu in CPU.rows {
      readers &-= unsafe percpu_word_load_acquire(percpu_row_word(slots + 16, cpu.rawValue) + kind)
    }
    // Relaxed: ordered by the acquires, and by the fence of `change`.
    for cpu in CPU.rows {
      readers &+= unsafe percpu_word_load_relaxed(percpu_row_word(slots, cpu.rawValue) + kind)
    }
    return readers << (Int.bitWidth - bits) == 0
  }

  @inlinable
  var kind: UnsafeMutablePointer<Int> {
    unsafe percpu_row_word(slots, Int(PERCPU_ROW_COMMON))
  }
}
