// SPDX-License-Identifier: Apache-2.0

/// The word that all of a shard hangs on.
///
///     | count: 39 | holder: 22 | fixed: 1 | stealing: 1 | active: 1 |
///
/// The count is on top: it wraps around by itself, and what has to be asked of the rest fits into the
/// constants of instructions.
///
/// - holder: the participant number of the thread whose transaction is under way; 0 if none.
/// - count: one more after each commit, steal and abandonment. With the holder's number it makes a
///   word that is held different from every other word that was ever stored here (as far as 39 bits
///   reach: a quarter of an hour of nothing but transactions of one CPU, during which an observer would
///   have to stand still and then meet the same count again).
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
  @inlinable static var holderShift: Int { 3 }
  @inlinable static var holderMask: Int { ((1 &<< 22) &- 1) &<< holderShift }
  @inlinable static var countOne: Int { 1 &<< 25 }
  @inlinable static var countMask: Int { -countOne }

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
    UInt32(truncatingIfNeeded: (bits & Self.holderMask) &>> Self.holderShift)
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

  /// The same of a free word after an optimistic commit, in two instructions.
  @inlinable
  func successor() -> ShardWord {
    ShardWord(bits: (bits &+ Self.countOne) ^ Self.activeBit)
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
  var nextCount: Int { (bits &+ Self.countOne) & Self.countMask }
}
