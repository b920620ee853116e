// edgewatch: the command. `inspect` works on files; everything else asks the daemon over its socket and
// prints the answer.
#include "edgewatch/base/text.hpp"
#include "edgewatch/base/write_all.hpp"
#include "edgewatch/evidence/bundle.hpp"
#include "edgewatch/runtime/control.hpp"
#include "edgewatch/runtime/exit_code.hpp"

#include "commands.hpp"
#include "completion.hpp"
#include "explain.hpp"
#include "inspect.hpp"
#include "inspect_identity.hpp"
#include "lists.hpp"
#include "pdf.hpp"
#include "verify.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <sstream>

#include <CLI/CLI.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

using namespace edgewatch;

/// What the words on the command line filled in for one command.
struct Filled {
  const tools::Command* command = nullptr;
  CLI::App* app = nullptr;
  std::map<std::string, std::string> options;
  std::map<std::string, bool> flags;
  std::vector<std::string> words;
  std::string socket;
  std::string output;
};

/// An empty text is no answer to an option: it would pass for the option left out.
std::string not_empty(const std::string& text) {
  return text.empty() ? "is empty; give it a value or leave the option out" : "";
}

void add(CLI::App& root, std::map<std::string, CLI::App*>& groups, Filled& filled) {
  const tools::Command& spec = *filled.command;
  CLI::App* parent = &root;
  if (!spec.group.empty()) {
    CLI::App*& group = groups[spec.group];
    if (group == nullptr) {
      group = root.add_subcommand(spec.group, tools::group_help(spec.group));
      group->require_subcommand(1);
      group->footer("Example:" + tools::group_examples(spec.group));
    }
    parent = group;
  }
  filled.app = parent->add_subcommand(spec.name, spec.help);
  filled.app->footer("Example:\n  " + spec.example);
  std::vector<tools::Option> options = spec.options;
  for (tools::Option& each : tools::arranging(spec)) options.push_back(std::move(each));
  for (const tools::Option& option : options) {
    auto* added = filled.app->add_option("--" + option.name, filled.options[option.name], option.help)
                      ->check(not_empty);
    if (option.required) added->required();
    if (!option.choices.empty()) added->check(CLI::IsMember(option.choices));
  }
  for (const tools::Option& flag : spec.flags)
    filled.app->add_flag("--" + flag.name, filled.flags[flag.name], flag.help);
  if (!spec.words.empty()) filled.app->add_option(spec.words, filled.words, "")->required();
  if (spec.writes_file) {
    const std::string readers = spec.file_mode == 0600 ? "you alone" : "everybody";
    filled.app
        ->add_option("--output", filled.output,
                     "write to this file (made readable to " + readers + ") in place of standard output")
        ->check(not_empty);
  }
  if (spec.writes_bundle) {
    filled.app
        ->add_option(
            "--output", filled.output,
            "write to this zip file, or into this folder where there is one of that name (you alone may "
            "read it)")
        ->required()
        ->check(not_empty);
  }
  filled.app
      ->add_option("--socket", filled.socket,
                   "ask on this socket (default: the role's own in /run/edgewatch)")
      ->check(not_empty);
}

/// The command's own sockets first; then those of the other roles, so that whoever asks for what is not
/// theirs is refused by the daemon, which puts it on record, and not by a file's mode.
std::vector<std::filesystem::path> sockets_for(const tools::Command& command) {
  std::vector<std::string> names = command.sockets;
  for (const char* name : {"ict.sock", "hr.sock", "auditor.sock"}) {
    if (std::ranges::find(names, name) == names.end()) names.emplace_back(name);
  }
  std::vector<std::filesystem::path> out;
  for (const std::string& name : names) out.push_back(std::filesystem::path("/run/edgewatch") / name);
  return out;
}

runtime::Response ask(const Filled& filled, const runtime::Request& request) {
  if (!filled.socket.empty()) return runtime::ask(filled.socket, request);
  std::optional<runtime::Response> refused;
  std::optional<runtime::Response> absent;
  const auto sockets = sockets_for(*filled.command);
  for (std::size_t i = 0; i < sockets.size(); ++i) {
    // Whoever holds two roles and was refused in the one that it takes is not refused in the other as well.
    if (refused && i >= filled.command->sockets.size()) break;
    const runtime::Response response = runtime::ask(sockets[i], request);
    if (response.reached && response.exit_code != runtime::not_permitted) return response;
    if (response.reached && !refused) refused = response;
    if (!response.reached && response.exit_code == runtime::unavailable && !absent) absent = response;
  }
  if (refused) return *refused;
  if (absent) return *absent;
  return {runtime::not_permitted, "",
          "edgewatch: you are in none of the groups edgewatch-ict, edgewatch-hr and edgewatch-auditor, and "
          "roles come from them alone; where you should be, have ICT add you (adduser NAME GROUP) and log on "
          "anew\n"};
}

/// Makes the file whole before it has its name, so that an old one is replaced only by a whole new one. The
/// draft has a name of its own: what lies in the folder already is never written to.
int write_file(const std::string& path, const std::string& text, mode_t mode) {
  std::string draft = path + ".XXXXXX";
  const int descriptor = ::mkostemp(draft.data(), O_CLOEXEC);  // made 0600
  const bool made = descriptor >= 0;
  bool good = made && write_all(descriptor, text);
  good = good && ::fchmod(descriptor, mode) == 0 && ::fsync(descriptor) == 0;
  int reason = errno;
  if (made && ::close(descriptor) != 0 && good) {
    good = false;
    reason = errno;
  }
  if (good && ::rename(draft.c_str(), path.c_str()) == 0) return runtime::fine;
  if (good) reason = errno;
  std::cerr << "edgewatch: " << terminal_text(path) << ": " << std::strerror(reason)
            << "; name a file in a folder that you may write\n";
  if (made) ::unlink(draft.c_str());
  return runtime::io_error;
}

/// The zip, or in a folder what is in it.
int write_bundle(const std::string& output, const std::string& zip) {
  if (!std::filesystem::is_directory(output)) return write_file(output, zip, 0600);
  const auto files = evidence::unpack(zip);
  if (!files) throw std::runtime_error("the daemon's answer cannot be unpacked: " + files.error());
  for (const evidence::BundleFile& file : *files) {
    const int failed = write_file((std::filesystem::path(output) / file.name).string(), file.text, 0600);
    if (failed != runtime::fine) return failed;
  }
  return runtime::fine;
}

/// What a file holds, up to what a request may hold; throws where it cannot be read.
std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(runtime::longest_request / 2, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (file.bad() || (!file.eof() && file.peek() != std::ifstream::traits_type::eof()))
    throw std::runtime_error(fmt::format("{}: cannot be read, or is over {} KiB; give a smaller one", path,
                                         runtime::longest_request / 2048));
  return text;
}

int write_pdf(const std::string& path, const std::string& page) {
  const tools::Pdf pdf = tools::print_to_pdf(page);
  if (pdf.trouble.empty()) return write_file(path, pdf.bytes, 0600);
  std::cerr << "edgewatch: " << pdf.trouble << '\n';
  return runtime::unavailable;
}

int carry_out(const Filled& filled) {
  const tools::Command& spec = *filled.command;
  runtime::Request request;
  request.command = spec.group.empty() ? spec.name : spec.group + ' ' + spec.name;
  request.words = filled.words;
  for (const auto& [name, value] : filled.options) {
    if (!value.empty()) request.options[name] = value;
  }
  for (const auto& [name, set] : filled.flags) {
    if (set) request.options[name] = "yes";
  }
  for (const tools::Option& option : spec.options) {
    const auto given = request.options.find(option.name);
    std::error_code none;
    if (option.or_file && given != request.options.end() &&
        std::filesystem::is_regular_file(given->second, none))
      given->second = text_of(given->second);
  }
  const bool as_pdf = filled.options.contains("format") && filled.options.at("format") == "pdf";
  if (as_pdf && filled.output.empty()) {
    std::cerr << "edgewatch: a PDF needs a file: give --output, for example --output report.pdf\n";
    return runtime::usage;
  }
  if (as_pdf) request.options["format"] = "html";
  const runtime::Response response = ask(filled, request);
  std::cerr << response.error;
  if (response.exit_code == runtime::fine && as_pdf) return write_pdf(filled.output, response.output);
  if (response.exit_code == runtime::fine && spec.writes_bundle) {
    if (const int failed = write_bundle(filled.output, response.bytes); failed != 0) return failed;
    std::cout << response.output << std::flush;
    return std::cout ? runtime::fine : runtime::io_error;
  }
  if (response.exit_code == runtime::fine && !filled.output.empty())
    return write_file(filled.output, response.output, spec.file_mode);
  std::cout << response.output << std::flush;
  return std::cout ? response.exit_code : static_cast<int>(runtime::io_error);
}

int inspect_files(const std::vector<std::string>& files, const std::string& format) {
  const std::map<std::string, tools::InspectFormat> formats{{"table", tools::InspectFormat::table},
                                                            {"tsv", tools::InspectFormat::tsv},
                                                            {"json", tools::InspectFormat::json}};
  return tools::inspect(files, formats.at(format));
}

int explain_frame(const std::vector<std::string>& files, std::uint64_t frame,
                  const std::string& configuration) {
  if (files.size() == 1) return tools::explain(files.front(), frame, configuration);
  std::cerr << "edgewatch inspect: --explain takes one file\n";
  return runtime::usage;
}

/// The word that stands where a command should and is none; empty if that is not what is wrong.
std::string unknown_word(const CLI::App& root) {
  const CLI::App* at = &root;
  while (!at->get_subcommands().empty()) at = at->get_subcommands().front();
  const bool wants_command = !at->get_subcommands([](const CLI::App*) { return true; }).empty();
  const std::vector<std::string> left = at->remaining();
  return wants_command && !left.empty() ? left.front() : std::string();
}

int refuse(const CLI::App& app, const CLI::ParseError& error) {
  const std::string word = error.get_exit_code() == 0 ? std::string() : unknown_word(app);
  if (!word.empty()) {
    std::cerr << "edgewatch: '" << terminal_text(word)
              << "' is unknown here; run with --help for what there is\n";
    return runtime::usage;
  }
  // What was typed is repeated there, and it may have been pasted.
  std::ostringstream said;
  const bool fine = app.exit(error, std::cout, said) == 0;
  const std::string text = said.str();
  for (const std::string_view line : split(trim(text), '\n')) std::cerr << terminal_text(line) << '\n';
  return fine ? runtime::fine : runtime::usage;
}

int run(int argc, char** argv) {
  CLI::App app{
      "edgewatch asks edgewatchd. Who may ask what is decided by Unix groups: edgewatch-ict, edgewatch-hr, "
      "edgewatch-auditor.",
      "edgewatch"};
  app.require_subcommand(1);
  app.add_flag_function(
      "--bash-completion", [](std::int64_t) {}, "print the tab completion for bash, to be sourced");
  app.set_version_flag("--version", std::string("edgewatch ") + EDGEWATCH_VERSION);

  std::vector<std::string> files;
  std::string format = "table";
  std::uint64_t frame = 0;
  CLI::App* inspect = app.add_subcommand(
      "inspect", "Every name that a capture carries; works on files, needs no daemon and no rights");
  inspect->footer(
      "Examples:\n  edgewatch inspect --format tsv morning.pcap\n  edgewatch inspect --explain 42 "
      "morning.pcap\n  edgewatch inspect --explain 42 --config /etc/edgewatch/edgewatch.toml morning.pcap");
  inspect->add_option("FILE", files, "pcap or pcapng; - is standard input")->required();
  inspect->add_option("--format", format, "table, tsv or json")
      ->check(CLI::IsMember({"table", "tsv", "json"}));
  bool identity = false;
  inspect->add_flag("--identity", identity,
                    "in place of names, who held which address (TSV): leases, sessions, tickets, neighbours");
  CLI::Option* explained = inspect->add_option(
      "--explain", frame,
      "one frame, counted from 1: each layer, why it was accepted or refused, what the sensor said");
  std::string judged_by;
  inspect
      ->add_option(
          "--config", judged_by,
          "with --explain: as the daemon of this edgewatch.toml judges it (inside, exclude, tunnels, "
          "RADIUS secrets); without it nothing of that is asked")
      ->needs(explained)
      ->check(not_empty);

  std::string bundle;
  std::string key;
  CLI::App* verify = app.add_subcommand(
      "verify", "Is a disclosure what it was when it was made? Needs no daemon, no network and no rights");
  verify->footer("Example:\n  edgewatch verify HR-2026-014.zip --key edgewatch.pem");
  verify->add_option("BUNDLE", bundle, "the zip file, or the folder that it was unpacked into")->required();
  verify->add_option("--key", key, "the council's public key, from elsewhere than the disclosure (PEM)")
      ->check(not_empty);

  const tools::Lists lists(app);
  std::map<std::string, CLI::App*> groups;
  std::vector<std::unique_ptr<Filled>> all;
  for (const tools::Command& spec : tools::commands()) {
    all.push_back(std::make_unique<Filled>());
    all.back()->command = &spec;
    add(app, groups, *all.back());
  }
  if (argc == 2 && std::string_view(argv[1]) == "--bash-completion") {
    std::cout << tools::bash_completion(app);
    return runtime::fine;
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return refuse(app, error);
  }
  if (inspect->parsed() && identity) return tools::inspect_identity(files);
  if (inspect->parsed() && explained->count() != 0) return explain_frame(files, frame, judged_by);
  if (inspect->parsed()) return inspect_files(files, format);
  if (verify->parsed()) return tools::verify(bundle, key);
  if (lists.parsed()) return lists.carry_out();
  for (const auto& filled : all) {
    if (filled->app->parsed()) return carry_out(*filled);
  }
  return runtime::usage;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "edgewatch: " << error.what() << '\n';
    return edgewatch::runtime::io_error;
  }
}
