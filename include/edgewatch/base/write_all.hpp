// Writing a whole text to a file, which write(2) need not do at once. Any thread.
#pragma once

#include <string_view>

namespace edgewatch {

/// Goes on after a signal and after a part. False: not all of it was written, and errno says why.
[[nodiscard]] bool write_all(int descriptor, std::string_view text);

}  // namespace edgewatch
