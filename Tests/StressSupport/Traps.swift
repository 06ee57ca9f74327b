// SPDX-License-Identifier: Apache-2.0

/// Whoever plants traps, or steps through code, holds it: the signal of both has one handler.
package let traps = Guarded<Void>(())
