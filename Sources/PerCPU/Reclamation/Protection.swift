// SPDX-License-Identifier: Apache-2.0

/// What a hazard slot protects.
@safe
@frozen
@usableFromInline
struct Protection {
  @usableFromInline
  let slot: HazardSlot
  /// The address, which may be 0, and its tag. If both are 0 no slot is claimed.
  @usableFromInline
  let value: Int

  @inlinable
  init(_ slot: HazardSlot, _ value: Int) {
    self.slot = slot
    self.value = value
  }

  @inlinable
  var object: UnsafeMutableRawPointer? {
    unsafe UnsafeMutableRawPointer(bitPattern: value & ~HazardTable.tagMask)
  }

  @inlinable
  var tag: Int { value & HazardTable.tagMask }
}

/// Runs `body` with an object that somebody protects. In this form, and in no other that Swift has, nothing
/// is retained for a call that the optimizer cannot see into; the result leaves by a variable because
/// the form knows neither typed errors nor results that cannot be copied.
@inlinable
@inline(__always)
func withUncounted<Object: AnyObject, Result: ~Copyable, Failure: Error>(
  _ object: Unmanaged<Object>, _ body: (borrowing Object) throws(Failure) -> Result
) throws(Failure) -> Result {
  var outcome: Swift.Result<Result, Failure>?
  unsafe object._withUnsafeGuaranteedRef { object in
    do throws(Failure) {
      outcome = .success(try body(object))
    } catch {
      outcome = .failure(error)
    }
  }
  return try outcome.take()!.get()
}
