// SPDX-License-Identifier: Apache-2.0
// This set of headers needs nothing in C.
