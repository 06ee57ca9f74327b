// SPDX-License-Identifier: Apache-2.0

extension Family {
  /// From the ground up. The last ones stand on the screen when all is done.
  static let all: [Family] = [
    .shim, .counter, .statistics, .words, .lock, .stealing, .context, .flush, .perform, .read,
    .reclaim, .grace, .append, .drain, .pool,
  ]
}
