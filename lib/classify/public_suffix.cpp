#include "edgewatch/classify/catalogue.hpp"

#include <libpsl.h>

namespace edgewatch::classify {

bool is_public_suffix(const net::HostName& name) {
  if (name.label_count() < 2) return true;
  // The ICANN section only: the private section holds names such as blogspot.com, which are exactly the
  // services we list. The list built into the library is used, not a file of the host, so that one catalogue
  // is judged alike everywhere.
  const psl_ctx_t* list = psl_builtin();
  return list != nullptr && psl_is_public_suffix2(list, name.text().c_str(), PSL_TYPE_ICANN) != 0;
}

}  // namespace edgewatch::classify
