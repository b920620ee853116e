#include "list_fetch.hpp"

#include "edgewatch/base/text.hpp"

#include <algorithm>
#include <memory>
#include <mutex>

#include <curl/curl.h>
#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

constexpr long ok = 200;
constexpr long not_modified = 304;
/// A server that sends less than this for half a minute has hung.
constexpr long slowest_bytes_a_second = 100;
constexpr long patience_seconds = 30;

struct Received {
  Fetched* fetched;
  std::size_t most_bytes;
  bool too_large = false;
};

std::size_t take_body(char* data, std::size_t, std::size_t count, void* user) {
  auto& received = *static_cast<Received*>(user);
  if (received.fetched->body.size() + count > received.most_bytes) {
    received.too_large = true;
    return 0;  // ends the transfer
  }
  received.fetched->body.append(data, count);
  return count;
}

std::size_t take_header(char* data, std::size_t, std::size_t count, void* user) {
  note_header({data, count}, *static_cast<Received*>(user)->fetched);
  return count;
}

struct Headers {
  curl_slist* list = nullptr;
  void add(const std::string& line) { list = curl_slist_append(list, line.c_str()); }
  Headers() = default;
  Headers(const Headers&) = delete;
  Headers& operator=(const Headers&) = delete;
  ~Headers() { curl_slist_free_all(list); }
};

void prepare(CURL* handle, const FetchRequest& request, Received& received, const Headers& headers) {
  constexpr long redirections = 5;
  curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "https");
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, redirections);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "edgewatch/" EDGEWATCH_VERSION);
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_TIMEOUT, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, slowest_bytes_a_second);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, patience_seconds);
  curl_easy_setopt(handle, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(request.most_bytes));
  curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers.list);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take_body);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, &received);
  if (!request.certificates.empty()) curl_easy_setopt(handle, CURLOPT_CAINFO, request.certificates.c_str());
}

/// `lists.example` of the URL that was asked last, and its port where that is not the usual one; of all else
/// in a URL nothing is said.
std::string server_of(CURL* handle) {
  const char* asked = nullptr;
  curl_easy_getinfo(handle, CURLINFO_EFFECTIVE_URL, &asked);
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> url(curl_url(), &curl_url_cleanup);
  if (asked == nullptr || !url || curl_url_set(url.get(), CURLUPART_URL, asked, 0) != CURLUE_OK)
    return "its server";
  std::string out;
  for (const CURLUPart part : {CURLUPART_HOST, CURLUPART_PORT}) {
    char* text = nullptr;
    if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) continue;
    out += (out.empty() ? "" : ":") + terminal_text(text);
    curl_free(text);
  }
  return out;
}

}  // namespace

void note_header(std::string_view line, Fetched& fetched) {
  constexpr std::size_t longest_validator = 1024;
  if (line.starts_with("HTTP/"))
    fetched.etag = fetched.last_modified = "";  // of the answer before a redirection
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || line.size() > longest_validator) return;
  const std::string name = ascii_lower(line.substr(0, colon));
  const std::string_view value = trim(line.substr(colon + 1));
  // It is kept as text and sent again. Without it a list is only fetched once more than it need be.
  if (std::ranges::any_of(value, [](char c) { return c < ' ' || c > '~'; })) return;
  if (name == "etag") fetched.etag = value;
  if (name == "last-modified") fetched.last_modified = value;
}

Fetched fetch(const FetchRequest& request) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  Fetched out;
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) return out;
  Headers headers;
  if (!request.etag.empty()) headers.add("If-None-Match: " + request.etag);
  if (!request.last_modified.empty()) headers.add("If-Modified-Since: " + request.last_modified);
  Received received{&out, request.most_bytes};
  prepare(handle.get(), request, received, headers);
  const CURLcode code = curl_easy_perform(handle.get());
  long status = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_RESPONSE_CODE, &status);
  if (received.too_large || code == CURLE_FILESIZE_EXCEEDED) {
    out.outcome = Fetched::Outcome::too_large;
    out.error = fmt::format("it is larger than {} bytes", request.most_bytes);
  } else if (code != CURLE_OK) {
    out.error = fmt::format("{}: {}", server_of(handle.get()), curl_easy_strerror(code));
  } else if (status == not_modified) {
    out.outcome = Fetched::Outcome::unchanged;
  } else if (status == ok) {
    out.outcome = Fetched::Outcome::fresh;
  } else {
    out.error = fmt::format("{}: the server answered {}", server_of(handle.get()), status);
  }
  if (out.outcome != Fetched::Outcome::fresh) out.body.clear();
  return out;
}

}  // namespace edgewatch::runtime
