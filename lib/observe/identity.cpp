// Which signs of identity are said: of watched addresses alone.
#include "observer_impl.hpp"

namespace edgewatch::observe {

/// Whether nothing else need look at the datagram.
bool Observer::Impl::see_identity(const wire::Datagram& datagram) {
  if (const auto client = IdentityPackets::ticket_client(datagram)) {
    // A port proves nothing: what is no ticket of ours is counted where its flow is.
    if (!may_be_client(*client)) {
      tell(datagram, "identity", "no sign: its client may not be watched");
      return false;
    }
  }
  IdentityPackets::Taken taken = identity_.take(datagram, trace_);
  if (taken.refusal) refuse(*taken.refusal, datagram.source);
  if (taken.unwatched) static_cast<void>(is_watched(*taken.unwatched));  // counts it
  for (model::IdentitySign& sign : taken.signs) events_.emplace_back(std::move(sign));
  return taken.over;
}

}  // namespace edgewatch::observe
