// SPDX-License-Identifier: Apache-2.0

import Testing

/// All tests of the library, one after the other: they measure, stress, and change affinities.
@Suite(.serialized)
enum PerCPUTests {}
