#include "lists.hpp"

#include "edgewatch/runtime/exit_code.hpp"
#include "edgewatch/runtime/lists.hpp"

#include "look_through.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <malloc.h>
#include <sys/stat.h>

namespace edgewatch::tools {

struct Lists::Filled {
  CLI::App *group = nullptr, *update = nullptr, *status = nullptr, *diff = nullptr, *rollback = nullptr,
           *rehearse = nullptr;
  std::string file = "/etc/edgewatch/lists.toml";
  std::string socket = "/run/edgewatch/ict.sock";
  std::map<std::string, std::string> options;
  std::vector<std::string> words;
  std::vector<std::string> captures;
  bool accept = false;
};

namespace {

/// Who asked for which names in the captures.
int see_names(const std::vector<std::string>& captures, runtime::SeenNames& seen) {
  const auto note = [&](const model::Event& event, const std::string&) {
    const auto* sighting = std::get_if<model::Sighting>(&event);
    if (sighting == nullptr || sighting->host.is_root()) return;
    if (sighting->confirmation != model::Confirmation::claimed) return;  // told again, and not seen again
    runtime::SeenName& name = seen[sighting->host];
    name.clients.insert(sighting->client.address.to_string());
    ++name.times;
  };
  return look_through(captures, note, "lists");
}

}  // namespace

Lists::Lists(CLI::App& root) : filled_(std::make_unique<Filled>()) {
  Filled& f = *filled_;
  f.group = root.add_subcommand("lists", "The lists of names that others publish (ICT)");
  f.group->require_subcommand(1);
  const auto add = [&](const std::string& name, const std::string& help, const std::string& example) {
    CLI::App* app = f.group->add_subcommand(name, help);
    app->footer("Example:\n  " + example);
    app->add_option("--lists", f.file, "lists.toml (default: " + f.file + ")");
    app->add_option("--format", f.options["format"], "table, json or csv")
        ->check(CLI::IsMember({"table", "json", "csv"}));
    return app;
  };
  const auto arrange = [&](CLI::App* app) {
    app->add_option("--only", f.options["only"], "only rows with exactly that value: column=value");
    app->add_option("--sort", f.options["sort"], "by that column, from the last to the first after a '-'");
    app->add_option("--limit", f.options["limit"], "at most so many rows");
  };
  f.status =
      add("status",
          "Age, entries, parse rate and last error of each list; of lists that are named also what is kept",
          "edgewatch lists status");
  f.status->add_option("LIST", f.words, "names of lists (default: all)");
  f.update =
      add("update", "Fetch the lists and take those that pass every guard; the timer does this nightly",
          "edgewatch lists update");
  f.update->add_option("LIST", f.words, "names of lists (default: all)");
  f.update->add_flag("--accept", f.accept,
                     "take a change beyond the bounds, having looked at it; no other guard is waived");
  f.diff = add(
      "diff", "What came and went: from the active edition to the one refused last, else from the one before",
      "edgewatch lists diff adult");
  f.diff->add_option("LIST", f.words, "name of the list")->required();
  f.diff->add_option("--from", f.options["from"], "number of an edition; 0 is none");
  f.diff->add_option("--to", f.options["to"], "number of an edition, or refused");
  f.rollback =
      add("rollback", "Go back to the edition before; an update does not take again what was gone back from",
          "edgewatch lists rollback adult");
  f.rollback->add_option("LIST", f.words, "name of the list")->required();
  f.rollback->add_option("--to", f.options["to"], "number of an edition that is kept");
  f.rehearse =
      add("rehearse",
          "Which names an update would newly list, or free: of a capture, else of those that at least 10 "
          "clients used in the last 18 to 24 hours as the daemon saw; changes nothing",
          "edgewatch lists rehearse");
  f.rehearse->add_option("CAPTURE", f.captures, "pcap or pcapng (default: what the daemon saw)");
  f.rehearse->add_option("--socket", f.socket, "of the daemon (default: " + f.socket + ")");
  for (CLI::App* app : {f.status, f.update, f.diff, f.rehearse}) arrange(app);
  f.rehearse->add_option("--list", f.options["list"], "name of one list (default: all)");
}

Lists::~Lists() = default;

bool Lists::parsed() const { return filled_->group->parsed(); }

int Lists::carry_out() const {
  // A long list is taken through hundreds of MiB, one step after the other: what one gives back the next one
  // takes, and the kernel need not clear it anew.
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  // What one member of the group makes the next one changes, and so does the timer.
  ::umask(S_IWOTH | S_IROTH | S_IXOTH);
  const Filled& f = *filled_;
  runtime::Request request{"lists", f.options, f.words};
  std::erase_if(request.options, [](const auto& option) { return option.second.empty(); });
  if (f.accept) request.options["accept"] = "yes";
  runtime::Response response;
  if (f.update->parsed()) {
    response = runtime::update_lists(f.file, request);
  } else if (f.status->parsed()) {
    response = runtime::list_status(f.file, request);
  } else if (f.diff->parsed()) {
    response = runtime::diff_list(f.file, request);
  } else if (f.rollback->parsed()) {
    response = runtime::roll_back_list(f.file, request);
  } else if (f.captures.empty()) {
    response = runtime::rehearse_lists(f.file, request, std::filesystem::path(f.socket));
  } else {
    runtime::SeenNames seen;
    if (const int exit_code = see_names(f.captures, seen); exit_code != 0) return exit_code;
    response = runtime::rehearse_lists(f.file, request, seen);
  }
  std::cerr << response.error;
  std::cout << response.output << std::flush;
  return std::cout ? response.exit_code : static_cast<int>(runtime::io_error);
}

}  // namespace edgewatch::tools
