#include "edgewatch/model/attribution.hpp"
#include "edgewatch/model/person_id.hpp"

namespace edgewatch::model {

bool is_person_id(const std::string& text) {
  constexpr std::size_t longest = 100;
  return !text.empty() && text.size() <= longest && text != "unattributed" &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string::npos;
}

Subject::Subject(const Attribution& attribution) {
  if (attribution.several_people) return;  // unattributed: never a guess
  if (attribution.person) {
    *this = of_person(*attribution.person);
  } else if (attribution.device) {
    *this = of_device(*attribution.device);
  } else {
    *this = of_address(attribution.address);
  }
}

Subject Subject::of_person(const PersonId& person) { return {Kind::person, person.text()}; }
Subject Subject::of_device(const net::MacAddress& device) {
  return {Kind::device, "device:" + device.to_string()};
}
Subject Subject::of_address(const net::IpAddress& address) {
  return {Kind::address, "address:" + address.to_string()};
}

Subject Subject::parse(const std::string& text) {
  if (text == "unattributed") return {};
  if (text.starts_with("device:")) return {Kind::device, text};
  if (text.starts_with("address:")) return {Kind::address, text};
  return {Kind::person, text};
}

std::optional<PersonId> Subject::person() const {
  if (kind_ != Kind::person) return std::nullopt;
  return PersonId(text_);
}

}  // namespace edgewatch::model
