// SPDX-License-Identifier: Apache-2.0
//
// Locations: declared by the scenario, or found at the memory addresses that real code works on.
//
// An address is looked up and never looked at: locations are numbered in the order in which an
// execution meets them, so that a schedule means the same wherever memory happens to lie.
#include "Machine.h"
#include <stdio.h>
#include <string.h>

enum { bucket_count = 4 * max_locations };

typedef struct {
  uintptr_t address;
  int bytes;
} Range;

static Range ranges[max_locations];
static int8_t buckets[bucket_count];  // location + 1, or 0
static uint64_t declared_count;

void cmc_addresses_reset(void) {
  memset(buckets, 0, sizeof buckets);
  declared_count = 0;
}

static uint64_t mask_of(int bytes) {
  return bytes >= 8 ? ~UINT64_C(0) : (UINT64_C(1) << (8 * bytes)) - 1;
}

static int add(const char *name, int index, uint64_t initial, int bytes, bool is_plain) {
  if (machine.location_count >= max_locations) {
    // The index stays valid, since this returns when called by `setup`.
    cmc_fail("more than %d locations in one execution", max_locations);
    return 0;
  }
  const int location = machine.location_count++;
  Location *l = &machine.locations[location];
  l->name = name;
  l->name_index = index;
  l->key = declared_count++;
  l->mask = mask_of(bytes);
  l->message_count = 1;
  l->at[0] = 0;
  l->position[0] = 0;
  // Everyone has seen the initial message: the number 0 in a new view stands for it.
  l->messages[0].value = initial & l->mask;
  memset(&l->messages[0].view, 0, sizeof(View));
  l->messages[0].is_claimed = false;
  l->is_plain = is_plain;
  l->is_guarded = false;
  l->is_lock = false;
  l->is_forgotten = false;
  l->writer = 0;
  l->write_clock = 0;
  memset(l->read_clock, 0, sizeof l->read_clock);
  ranges[location].address = 0;
  return location;
}

int cmc_add_word(const char *name, int index, uint64_t initial, int bytes) {
  return add(name, index, initial, bytes, false);
}

int cmc_add_plain(const char *name, int index, uint64_t initial) {
  return add(name, index, initial, 8, true);
}

static uint64_t value_in_memory(const void *address, int bytes) {
  uint64_t value = 0;
  memcpy(&value, address, (size_t)bytes);  // little endian, as all supported machines
  return value;
}

static int bucket_of(uintptr_t address) {
  return (int)((address * UINT64_C(0x9E3779B97F4A7C15) >> 40) % bucket_count);
}

/// The location at an address, or none; `*bucket` is then where it belongs.
static int find(uintptr_t address, int *bucket) {
  *bucket = bucket_of(address);
  for (; buckets[*bucket]; *bucket = (*bucket + 1) % bucket_count) {
    const int location = buckets[*bucket] - 1;
    if (ranges[location].address == address && !machine.locations[location].is_forgotten) {
      return location;
    }
  }
  return none;
}

static uint64_t count_forgotten(uintptr_t address) {
  uint64_t forgotten = 0;
  for (int i = 0; i < machine.location_count; i++) {
    forgotten += machine.locations[i].is_forgotten && ranges[i].address == address;
  }
  return forgotten;
}

int cmc_location_at(const void *address, int bytes) {
  int bucket;
  int location = find((uintptr_t)address, &bucket);
  if (location == none) {
    location = add(NULL, none, value_in_memory(address, bytes), bytes, false);
    if (machine.is_over) return location;
    declared_count--;
    // The lowest bits tell how often its memory was given back before.
    machine.locations[location].key = ((uintptr_t)address << 8) + count_forgotten((uintptr_t)address);
    ranges[location] = (Range){(uintptr_t)address, bytes};
    buckets[bucket] = (int8_t)(location + 1);
  } else if (ranges[location].bytes != bytes) {
    cmc_fail("accesses of %d and of %d bytes to one location", ranges[location].bytes, bytes);
  }
  return location;
}

int cmc_futex_location(const uint32_t *word) {
  int bucket;
  const int location = find((uintptr_t)word, &bucket);
  return location == none ? cmc_location_at(word, sizeof *word) : location;
}

void cmc_name_address(const void *address, int bytes, const char *name, int index) {
  Location *l = &machine.locations[cmc_location_at(address, bytes)];
  l->name = name;
  l->name_index = index;
}

void cmc_forget_addresses(const void *address, uint64_t bytes) {
  const uintptr_t first = (uintptr_t)address;
  for (int i = 0; i < machine.location_count; i++) {
    if (ranges[i].address && ranges[i].address - first < bytes) {
      machine.locations[i].is_forgotten = true;
    }
  }
}

void cmc_location_name(int location, char *buffer, int size) {
  if (location < 0) {
    buffer[0] = 0;
    return;
  }
  const Location *l = &machine.locations[location];
  if (!l->name) {
    snprintf(buffer, (size_t)size, "word %d", location);
  } else if (l->name_index >= 0) {
    snprintf(buffer, (size_t)size, "%s[%d]", l->name, l->name_index);
  } else {
    snprintf(buffer, (size_t)size, "%s", l->name);
  }
}

void cmc_check_access(int location, bool plain) {
  const Location *l = &machine.locations[location];
  if (__builtin_expect(l->is_plain == plain && !l->is_forgotten, 1)) return;
  char name[64];
  cmc_location_name(location, name, sizeof name);
  cmc_fail(l->is_forgotten ? "an access to %s after its memory was given back"
                           : "both plain and atomic accesses to %s", name);
}
