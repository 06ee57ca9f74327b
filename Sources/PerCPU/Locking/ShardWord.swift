// SPDX-License-Identifier: Apache-2.0

/// The word that all of a shard hangs on.
///
///     | holder: 22 | count: 39 | fixed: 1 | stealing: 1 | active: 1 |
///
/// - holder: the participant number of the thread whose transaction is under way; 0 if none.
/// - count: one more after each commit, steal and abandonment. With the holder's number it makes a
///   word that is held different from every other word that was ever stored here (as far as 39 bits
///   reach: half an hour of nothing but transactions of one CPU, during which an observer would have
///   to stand still and then meet the same count again).
/// - fixed: nobody may take the shard from its holder.
/// - stealing: the holder has taken the shard and does not know yet whether it came in time.
/// - active: which of the two buffers holds the state.
@frozen
@usableFromInline
struct ShardWord: Equatable {
  @usableFromInline
  let bits: Int

  @inlinable
  init(bits: Int) { self.bits = bits }

  @inlinable static var activeBit: Int { 1 }
  @inlinable static var stealingBit: Int { 2 }
  @inlinable static var fixedBit: Int { 4 }
  @inlinable static var countOne: Int { 8 }
  @inlinable static var countMask: Int { ((1 &<< 39) &- 1) &<< 3 }
  @inlinable static var holderShift: Int { 42 }

  /// What no free word has.
  @inlinable static var heldMask: Int { ~(countMask | activeBit) }

  @inlinable
  var isFree: Bool { bits & Self.heldMask == 0 }
  @inlinable
  var isFixed: Bool { bits & Self.fixedBit != 0 }
  @inlinable
  var isStealing: Bool { bits & Self.stealingBit != 0 }
  @inlinable
  var active: Int { bits & Self.activeBit }
  @inlinable
  var holder: UInt32 {
    UInt32(truncatingIfNeeded: UInt(bitPattern: bits) >> UInt(Self.holderShift))
  }

  /// Whether what was copied out between reading this word and then `later` is the state of one
  /// moment: nothing was committed in between. Count and active buffer say so, except beside
  /// `stealing`: a thief that comes too late takes its count back with it, and it is used again.
  func vouches(until later: ShardWord) -> Bool {
    let difference = bits ^ later.bits
    return difference == 0
      || !isStealing && difference & (Self.countMask | Self.activeBit) == 0
  }

  /// A free word, claimed.
  @inlinable
  func claimed(by holder: UInt32, fixed: Bool) -> ShardWord {
    ShardWord(bits: bits | Int(holder) &<< Self.holderShift | (fixed ? Self.fixedBit : 0))
  }

  /// Free again, with the other buffer if the transaction was committed.
  @inlinable
  func released(committed: Bool) -> ShardWord {
    ShardWord(bits: nextCount | (committed ? active ^ 1 : active))
  }

  /// In the hands of a thief who does not know yet.
  func stolen(by thief: UInt32, fixed: Bool) -> ShardWord {
    ShardWord(
      bits: nextCount | active | Self.stealingBit | Int(thief) &<< Self.holderShift
        | (fixed ? Self.fixedBit : 0))
  }

  /// In the hands of a thief who knows.
  func secured() -> ShardWord { ShardWord(bits: bits & ~Self.stealingBit) }

  /// The same, so that nobody may take it.
  func fixed() -> ShardWord { ShardWord(bits: bits | Self.fixedBit) }

  @inlinable
  var nextCount: Int { ((bits & Self.countMask) &+ Self.countOne) & Self.countMask }
}
