// SPDX-License-Identifier: Apache-2.0

internal import CAtomicsShim

/// The deliveries a thread is in the middle of: a list on its stack, the innermost first.
///
/// What a sink does, or a signal handler that has interrupted it, must not wait for the delivery
/// that it is part of. A thread finds that out here, and from nobody else.
@safe
struct Delivery {
  private let batch: UnsafeMutableRawPointer
  private let outer: UnsafeMutableRawPointer?

  /// Runs `body` as part of a delivery of a batch, which is known by an address.
  static func perform(of batch: UnsafeMutableRawPointer, _ body: () -> Void) {
    #if PERCPU_MODEL
      // The threads of the simulated machine are one.
      body()
    #else
      let innermost = unsafe percpu_thread_deliveries()
      var delivery = unsafe Delivery(batch: batch, outer: innermost.pointee)
      unsafe withUnsafeMutablePointer(to: &delivery) { delivery in
        // Written before a handler can find it.
        percpu_compiler_barrier()
        unsafe innermost.pointee = UnsafeMutableRawPointer(delivery)
        percpu_compiler_barrier()
        body()
        percpu_compiler_barrier()
        unsafe innermost.pointee = delivery.pointee.outer
        percpu_compiler_barrier()
      }
    #endif
  }

  /// Whether this thread delivers something, of whatever batch. Then it waits for no delivery:
  /// whose thread may be about to wait for this one.
  static var isAnyUnderWay: Bool {
    #if PERCPU_MODEL
      return false
    #else
      return unsafe percpu_thread_deliveries().pointee != nil
    #endif
  }

  /// Whether this thread delivers something of a batch.
  static func isUnderWay(of batch: UnsafeMutableRawPointer) -> Bool {
    #if PERCPU_MODEL
      return false
    #else
      var next = unsafe percpu_thread_deliveries().pointee
      while let address = unsafe next {
        let delivery = unsafe address.assumingMemoryBound(to: Delivery.self).pointee
        if unsafe delivery.batch == batch { return true }
        unsafe next = delivery.outer
      }
      return false
    #endif
  }
}
