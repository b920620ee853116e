#include "capabilities.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include <linux/capability.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace edgewatch::runtime {
namespace {

using Words = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

/// glibc has no function for either; libcap would be a library for two calls.
template <class Change>
void change(Change change) {
  __user_cap_header_struct head{_LINUX_CAPABILITY_VERSION_3, 0};
  Words words{};
  if (syscall(SYS_capget, &head, words.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "capabilities");
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint32_t kept = change(i, words.at(i).permitted);
    words.at(i) = {words.at(i).effective & kept, words.at(i).permitted & kept,
                   words.at(i).inheritable & kept};
  }
  if (syscall(SYS_capset, &head, words.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "capabilities");
}

std::uint32_t bits(std::initializer_list<int> capabilities, std::size_t word) {
  std::uint32_t out = 0;
  for (const int capability : capabilities) {
    if (static_cast<std::size_t>(capability) / 32 == word)
      out |= 1U << static_cast<unsigned>(capability) % 32;
  }
  return out;
}

}  // namespace

void give_up_capabilities(std::initializer_list<int> capabilities) {
  change([&](std::size_t word, std::uint32_t had) { return had & ~bits(capabilities, word); });
}

void keep_capabilities(std::initializer_list<int> capabilities) {
  change([&](std::size_t word, std::uint32_t had) { return had & bits(capabilities, word); });
}

}  // namespace edgewatch::runtime
