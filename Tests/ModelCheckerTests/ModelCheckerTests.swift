// SPDX-License-Identifier: Apache-2.0

import ModelChecker
import Testing

/// The checker checked. All suites are parts of this one, so that they take turns.
@Suite(.serialized)
struct ModelCheckerTests {}
