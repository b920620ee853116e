#include "list_update.hpp"

#include "edgewatch/config/list_edition.hpp"
#include "edgewatch/config/list_signature.hpp"

#include "list_fetch.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include <fmt/format.h>

namespace edgewatch::runtime {
namespace {

using config::ListSource;

/// What of lists.toml decides what a text becomes.
std::string shape_of(const ListSource& source) {
  std::string text = fmt::format("{}\n{}\n", to_string(source.shape.format), source.shape.part);
  for (const std::string& attribute : source.shape.attributes) text += '@' + attribute + '\n';
  for (const net::HostName& name : source.without) text += '-' + name.text() + '\n';
  for (const net::HostName& name : source.guards.own) text += '!' + name.text() + '\n';
  if (source.guards.resolvers == config::Resolvers::may_be_listed) text += "?resolvers\n";
  if (source.shape.format == config::ListFormat::adblock) text += "?exceptions win\n";
  if (!source.public_key.empty()) text += '=' + source.public_key + '\n';
  return config::sha256_hex(text);
}

Fetched read_file(const std::filesystem::path& file, std::size_t most_bytes) {
  Fetched out;
  std::error_code error;
  if (std::filesystem::is_directory(file, error)) {
    out.error = fmt::format("{} is a folder; name a file of it, or pack it into a tar file", file.string());
    return out;
  }
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    out.error = fmt::format("{} cannot be read: {}", file.string(), std::strerror(errno));
    return out;
  }
  std::string block(65536, '\0');
  while (in.read(block.data(), static_cast<std::streamsize>(block.size())) || in.gcount() > 0) {
    out.body.append(block.data(), static_cast<std::size_t>(in.gcount()));
    if (out.body.size() > most_bytes) break;
  }
  if (in.bad()) {
    out.error = fmt::format("{} cannot be read to its end", file.string());
  } else if (out.body.size() > most_bytes) {
    out.outcome = Fetched::Outcome::too_large;
    out.error = fmt::format("it is larger than {} bytes", most_bytes);
  } else {
    out.outcome = Fetched::Outcome::fresh;
  }
  return out;
}

Fetched have(const config::ListSettings& settings, const ListSource& source, const ListState& state,
             Asking asking) {
  if (source.url.empty()) return read_file(source.file, source.guards.most_bytes);
  FetchRequest request{source.url, {}, {}, source.guards.most_bytes, source.timeout, settings.certificates};
  if (asking == Asking::for_news) {
    request.etag = state.etag;
    request.last_modified = state.last_modified;
  }
  return fetch(request);
}

/// What vouches for a list is short.
constexpr std::size_t most_vouching_bytes = 65536;

/// Its signature's file, which stands beside it unless lists.toml says where.
Fetched have_signature(const config::ListSettings& settings, const ListSource& source) {
  constexpr const char* beside = ".minisig";
  if (source.url.empty() && source.signature_url.empty())
    return read_file(source.file.string() + beside, most_vouching_bytes);
  const std::string url = source.signature_url.empty() ? source.url + beside : source.signature_url;
  return fetch({url, {}, {}, most_vouching_bytes, source.timeout, settings.certificates});
}

/// Nothing where the text is what it should be; else why not.
std::optional<std::string> doubt(const config::ListSettings& settings, const ListSource& source,
                                 const std::string& body, const std::string& digest) {
  if (!source.public_key.empty()) {
    const Fetched signature = have_signature(settings, source);
    if (signature.outcome != Fetched::Outcome::fresh)
      return "its signature could not be had: " + signature.error;
    if (auto why = config::signature_doubt(body, signature.body, source.public_key)) return why;
  }
  if (!source.sha256.empty() && digest != source.sha256) return "its SHA-256 is not the one in lists.toml";
  if (source.digest_url.empty()) return std::nullopt;
  const Fetched answer =
      fetch({source.digest_url, {}, {}, most_vouching_bytes, source.timeout, settings.certificates});
  if (answer.outcome != Fetched::Outcome::fresh) return "its digest could not be had: " + answer.error;
  const auto published =
      config::published_digest(answer.body, source.url.empty() ? source.file.string() : source.url);
  if (!published) return "its digest is not in the file that should have it";
  if (*published != digest) return "its SHA-256 is not the one its publisher gives";
  return std::nullopt;
}

/// Reads what was fetched; in words why it is no list.
Result<config::ParsedList, std::string> read_list(const ListSource& source, std::string body) {
  constexpr const char* page = "it is a page of the web and no list";
  if (config::is_page(body)) return Failure{std::string(page)};
  const auto files = config::unpack_list(std::move(body), source.shape, source.guards.most_bytes);
  if (!files) return Failure{files.error()};
  if (std::any_of(files->begin(), files->end(),
                  [](const config::ListFile& file) { return config::is_page(file.text); }))
    return Failure{std::string(page)};
  auto list = config::parse_list(source.shape, *files);
  if (list) {
    list.value().leave_out(source.without);
    if (source.shape.format == config::ListFormat::adblock) list.value().let_exceptions_win();
    list.value().sort();
  }
  return list;
}

void judge(const ListSource& source, const ListStore& store, const ListState& state, Timestamp now,
           config::ChangeGuard change_guard, ListCandidate& out) {
  config::ListPast past;
  // An edition that is damaged cannot be compared with; the sizes still can.
  const auto active = store.edition(state.active);
  const bool is_oldest = state.editions.empty() || state.editions.front().number == state.active;
  const auto oldest = is_oldest ? active : store.edition(state.editions.front().number);
  if (active) past.active = &*active;
  if (oldest) past.oldest = is_oldest ? past.active : &*oldest;
  past.baseline_size = state.baseline(now);
  for (const Problem& problem : config::judge(source.name, *out.list, source.guards, past, change_guard))
    out.errors.push_back(to_string(problem));
  out.outcome = out.errors.empty() ? ListOutcome::updated : ListOutcome::refused;
  if (out.outcome == ListOutcome::refused) return;
  for (const Problem& problem : config::remarks(source.name, *out.list))
    out.errors.push_back(to_string(problem));
}

LinesRead lines_read(const config::ParsedList& list) {
  LinesRead out{list.parse_rate(), {}};
  for (std::size_t i = 0; i < config::line_refusals; ++i) {
    const auto refusal = static_cast<config::LineRefusal>(i);
    if (const auto count = list.refused(refusal).count; count != 0)
      out.refused[std::string(to_string(refusal))] = count;
  }
  return out;
}

}  // namespace

std::string to_string(ListOutcome outcome) {
  switch (outcome) {
    case ListOutcome::updated:
      return "updated";
    case ListOutcome::unchanged:
      return "unchanged";
    case ListOutcome::refused:
      return "refused";
    case ListOutcome::failed:
      return "failed";
  }
  return {};
}

ListCandidate candidate(const config::ListSettings& settings, const ListSource& source,
                        const ListStore& store, const ListState& state, Timestamp now, Asking asking,
                        config::ChangeGuard change_guard) {
  ListCandidate out;
  out.shape = shape_of(source);
  const auto end = [&](ListOutcome outcome, const std::string& why) {
    out.outcome = outcome;
    if (!why.empty()) out.errors.push_back(source.name + ": " + why);
    return std::move(out);
  };
  const bool as_before = state.active != 0 && state.shape == out.shape;
  const std::size_t most_bytes = source.guards.most_bytes;
  Fetched fetched = have(settings, source, state, as_before ? asking : Asking::afresh);
  out.etag = std::move(fetched.etag);
  out.last_modified = std::move(fetched.last_modified);
  if (fetched.outcome == Fetched::Outcome::unchanged) return end(ListOutcome::unchanged, "");
  if (fetched.outcome == Fetched::Outcome::too_large)
    return end(ListOutcome::refused, fmt::format("it is larger than {}", config::size_bound(most_bytes)));
  if (fetched.outcome == Fetched::Outcome::failed) return end(ListOutcome::failed, fetched.error);
  const std::string digest = config::sha256_hex(fetched.body);
  if (auto why = doubt(settings, source, fetched.body, digest)) return end(ListOutcome::refused, *why);
  out.source = digest + '/' + out.shape;
  if (asking == Asking::for_news) {
    const ListEdition* active = state.find(state.active);
    if (active != nullptr && active->source == out.source) return end(ListOutcome::unchanged, "");
    if (std::any_of(state.editions.begin(), state.editions.end(), [&](const ListEdition& edition) {
          return edition.rolled_back && edition.source == out.source;
        }))
      return end(ListOutcome::unchanged,
                 "the source still has what was gone back from; --accept takes it again");
  }
  auto list = read_list(source, std::move(fetched.body));
  if (!list) return end(ListOutcome::refused, list.error());
  out.list = std::move(list).value();
  judge(source, store, state, now, change_guard, out);
  return out;
}

ListUpdate update(const config::ListSettings& settings, const ListSource& source, Timestamp now,
                  config::ChangeGuard change_guard) {
  const ListStore store(settings.folder, source.name);
  auto loaded = store.load();
  if (!loaded) return {ListOutcome::failed, {source.name + ": " + loaded.error()}, 0, {}};
  ListState state = std::move(loaded).value();
  const bool waived = change_guard == config::ChangeGuard::waived;
  ListCandidate got = candidate(settings, source, store, state, now,
                                waived ? Asking::afresh : Asking::for_news, change_guard);
  ListUpdate out{got.outcome, got.errors, 0, {}};
  state.checked = now;
  state.outcome = to_string(got.outcome);
  state.errors = got.errors;
  const ListEdition* active = state.find(state.active);
  if (got.list) {
    state.lines = lines_read(*got.list);
  } else if (got.outcome == ListOutcome::unchanged && active != nullptr && active->lines) {
    state.lines = *active->lines;  // another that was read in between was refused, and is gone
  }
  if (got.outcome == ListOutcome::updated) {
    const auto before = store.edition(state.active);
    out.change = config::change(before ? *before : config::ParsedList(), *got.list);
    const unsigned number = state.editions.empty() ? 1 : state.editions.back().number + 1;
    store.write_edition(number, *got.list);
    state.editions.push_back({number, now, got.list->size(), got.source, false, state.lines});
    state.activate(number, now);
    state.etag = got.etag;
    state.last_modified = got.last_modified;
    state.shape = got.shape;
  } else if (got.list) {
    store.write_refused(*got.list);
  }
  store.save(state);
  if (got.outcome == ListOutcome::updated || got.outcome == ListOutcome::unchanged) store.forget_refused();
  active = state.find(state.active);
  if (active != nullptr) out.entries = active->entries;
  return out;
}

}  // namespace edgewatch::runtime
