// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <numeric>
#include <vector>

/// Something only C++ can offer, so that the module is really imported as C++.
class ClientNumbers {
 public:
  int sum() const {
    std::vector<int> numbers = {1, 2, 3};
    return std::accumulate(numbers.begin(), numbers.end(), 0);
  }
};
