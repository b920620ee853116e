// The report's page as a PDF, by a browser that the machine may or may not have.
#pragma once

#include <string>

namespace edgewatch::tools {

struct Pdf {
  std::string bytes;
  std::string trouble;  ///< a sentence with what to do, where there are no bytes
};

/// Has Chromium print the page in a folder of its own that nobody else can read, without a network; what it
/// leaves is removed. Takes some seconds.
[[nodiscard]] Pdf print_to_pdf(const std::string& page);

}  // namespace edgewatch::tools
