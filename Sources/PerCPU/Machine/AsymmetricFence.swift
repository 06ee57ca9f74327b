// SPDX-License-Identifier: Apache-2.0

public import CAtomicsShim

/// The cheap half of an asymmetric memory fence.
///
/// A light and a heavy fence pair as two sequentially consistent fences do: if one thread stores A,
/// runs one of them and loads B, while another stores B, runs the other and loads A, at least one of
/// them sees the other's store. Two light fences order nothing between each other; two heavy ones
/// do.
///
/// Use it on a path that is taken all the time whose counterpart is rare. Where both are rare, a
/// sequentially consistent `atomicMemoryFence` is simpler.
///
/// - Complexity: O(1), wait-free. Where the kernel offers `membarrier` it only restrains the compiler,
///   apart from a test of whether it does; elsewhere it is a full fence.
/// - Note: Callable from signal handlers. It orders the accesses of a thread: an `await` between the
///   accesses and the fence makes it meaningless.
///
/// The pair is that of P1202 (asymmetric fences for C++) and of `membarrier(2)`.
@inlinable
public func asymmetricMemoryFenceLight() {
  percpu_fence_light()
}

/// The expensive half of an asymmetric memory fence: see ``asymmetricMemoryFenceLight()``.
///
/// - Complexity: one system call that interrupts the CPUs on which threads of this process run: 0.5
///   microseconds if there are none, some 10 on a virtual machine of two CPUs if there are (benchmark
///   `shim`). Blocks nobody; async-signal-safe.
public func asymmetricMemoryFenceHeavy() {
  percpu_fence_heavy()
}
