// SPDX-License-Identifier: Apache-2.0

import CAtomicsShim

extension Subject {
  /// What a loop costs around nothing; to be subtracted from the others by whoever likes to.
  static var emptyLoop: Subject {
    .tallied { count in
      var done = 0
      for _ in 0..<count {
        done &+= 1
        percpu_compiler_barrier()
      }
      return done
    }
  }
}

/// An object of a C peer, which is safe to use from several threads.
final class Owned: @unchecked Sendable {
  let pointer: OpaquePointer
  private let destroy: (OpaquePointer) -> Void

  init(_ pointer: OpaquePointer, _ destroy: @escaping (OpaquePointer) -> Void) {
    self.pointer = pointer
    self.destroy = destroy
  }

  deinit {
    destroy(pointer)
  }
}
