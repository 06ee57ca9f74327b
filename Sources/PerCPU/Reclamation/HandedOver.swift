// SPDX-License-Identifier: Apache-2.0

/// Something to be reclaimed when nobody protects it any more.
@safe
struct Retiree: @unchecked Sendable {
  // Sendable: nobody uses the object but to reclaim it, and what reclaims it may run anywhere.

  let object: UnsafeMutableRawPointer
  /// How; nil releases a reference to a class instance.
  let reclaim: (@Sendable (UnsafeMutableRawPointer) -> Void)?
  /// A class instance can be referred to once more; what is raw has one owner.
  let isCounted: Bool

  init(
    object: UnsafeMutableRawPointer, reclaim: (@Sendable (UnsafeMutableRawPointer) -> Void)?
  ) {
    unsafe self.object = object
    unsafe self.reclaim = reclaim
    unsafe isCounted = reclaim == nil
  }

  var address: Int { unsafe Int(bitPattern: object) }

  func retain() {
    _ = unsafe Unmanaged<AnyObject>.fromOpaque(object).retain()
  }

  func perform() {
    if let reclaim = unsafe reclaim {
      unsafe reclaim(object)
    } else {
      unsafe Unmanaged<AnyObject>.fromOpaque(object).release()
    }
  }
}

/// A retiree that was handed over to a slot that protects it: what lies in drop boxes.
@safe
final class HandedOver: @unchecked Sendable {
  // Sendable: only the owner touches it: whoever has made it, or has taken it out of a box.

  let retiree: Retiree
  let home: Retirement
  /// The next one of a list, which owns it.
  var next: UnsafeMutableRawPointer?

  init(_ retiree: Retiree, from home: Retirement) {
    self.retiree = retiree
    self.home = home
  }

  var address: Int { retiree.address }

  /// What a box refers to it by.
  var content: UnsafeMutableRawPointer { unsafe Unmanaged.passUnretained(self).toOpaque() }

  /// What a box owned.
  static func owned(_ content: UnsafeMutableRawPointer?) -> HandedOver? {
    unsafe content.map { unsafe Unmanaged<HandedOver>.fromOpaque($0).takeRetainedValue() }
  }
}
