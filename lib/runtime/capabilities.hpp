// What a thread may do, given up where it is not needed (ENFORCEMENT S2): Linux keeps capabilities by thread,
// and a thread begins with those of whoever starts it.
#pragma once

#include <initializer_list>

namespace edgewatch::runtime {

/// Takes these (CAP_ of linux/capability.h) from the calling thread for good; from others nothing. Throws
/// std::system_error.
void give_up_capabilities(std::initializer_list<int> capabilities);
/// Takes all from it but these.
void keep_capabilities(std::initializer_list<int> capabilities);

}  // namespace edgewatch::runtime
