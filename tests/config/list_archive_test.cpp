// Lists as they are packed for the way.
#include "edgewatch/config/list.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgewatch::config {
namespace {

using testing::HasSubstr;

constexpr std::size_t mebibyte = 1U << 20U;

/// The files as a tar archive, or, of one without a path, its text; packed by that filter (gzip, xz, ...).
std::string packed(const std::vector<ListFile>& files, const char* filter) {
  std::string out(16 * mebibyte, '\0');
  std::size_t used = 0;
  archive* writer = archive_write_new();
  archive_write_add_filter_by_name(writer, filter);
  if (files[0].path.empty()) {
    archive_write_set_format_raw(writer);
  } else {
    archive_write_set_format_pax_restricted(writer);
  }
  archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const ListFile& file : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, file.path.empty() ? "data" : file.path.c_str());
    archive_entry_set_size(entry, static_cast<la_int64_t>(file.text.size()));
    archive_entry_set_filetype(entry, AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK) << archive_error_string(writer);
    archive_write_data(writer, file.text.data(), file.text.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  out.resize(used);
  return out;
}

const ListShape plain{ListFormat::domains, {}, {}};

TEST(ListArchive, ATextIsItselfHoweverItIsPacked) {
  const std::string text = "ads.example\ntrack.example\n";
  for (const char* filter : {"none", "gzip", "bzip2", "xz", "zstd"}) {
    const auto files =
        unpack_list(filter == std::string("none") ? text : packed({{"", text}}, filter), plain, mebibyte);
    ASSERT_TRUE(files) << filter << ": " << files.error();
    ASSERT_EQ(files->size(), 1U) << filter;
    EXPECT_EQ((*files)[0].text, text) << filter;
    EXPECT_EQ((*files)[0].path, "") << filter;
  }
}

TEST(ListArchive, OfATreeOnlyWhatTheListReadsIsTakenOut) {
  const std::string tree = packed({{"blacklists/adult/domains", "a.example\n"},
                                   {"blacklists/adult/urls", "b.example/x\n"},
                                   {"blacklists/mixed_adult/domains", "c.example\n"},
                                   {"blacklists/adult/README", "d.example\n"}},
                                  "gzip");
  const ListShape shape{ListFormat::ut1, "adult", {}};
  const auto files = unpack_list(tree, shape, mebibyte);
  ASSERT_TRUE(files) << files.error();
  ASSERT_EQ(files->size(), 2U);
  const auto list = parse_list(shape, *files);
  ASSERT_TRUE(list) << list.error();
  ASSERT_EQ(list->size(), 1U);
  EXPECT_EQ((*list)[0].name, "a.example");
  EXPECT_EQ(list->refused(LineRefusal::url).count, 1U);
}

TEST(ListArchive, AnArchiveOfSeveralListsIsNoListUntilOneIsNamed) {
  const std::string tree = packed({{"x/a.txt", "a.example\n"}, {"x/b.txt", "b.example\n"}}, "xz");
  EXPECT_THAT(parse_list(plain, *unpack_list(tree, plain, mebibyte)).error(),
              HasSubstr("name one in 'part'"));
  const ListShape one{ListFormat::domains, "b.txt", {}};
  const auto list = parse_list(one, *unpack_list(tree, one, mebibyte));
  ASSERT_TRUE(list) << list.error();
  EXPECT_EQ((*list)[0].name, "b.example");
}

TEST(ListArchive, WhatWasCutOnItsWayIsRefused) {
  std::string text;
  for (int i = 0; i < 20000; ++i) text += "ads" + std::to_string(i * 7919) + ".example\n";
  for (const char* filter : {"gzip", "bzip2", "xz", "zstd"}) {
    const std::string whole = packed({{"", text}}, filter);
    const auto files = unpack_list(whole.substr(0, whole.size() / 2), plain, 8 * mebibyte);
    ASSERT_FALSE(files) << filter;
    EXPECT_THAT(files.error(), HasSubstr("it cannot be unpacked")) << filter;
  }
}

TEST(ListArchive, ASmallFileThatUnpacksToAHugeOneIsRefused) {
  const std::string zeros(12 * mebibyte, '\n');
  for (const auto& bomb : {packed({{"", zeros}}, "gzip"), packed({{"x/list", zeros}}, "zstd")}) {
    EXPECT_LT(bomb.size(), mebibyte / 10);
    const auto files = unpack_list(bomb, plain, mebibyte);
    ASSERT_FALSE(files);
    EXPECT_THAT(files.error(),
                HasSubstr("unpacks to more than 1 MiB; where it should be, raise its size_mib"));
  }
}

TEST(ListArchive, NothingIsAnEmptyText) {
  const auto files = unpack_list("", plain, mebibyte);
  ASSERT_TRUE(files) << files.error();
  EXPECT_EQ(parse_list(plain, *files)->size(), 0U);
}

}  // namespace
}  // namespace edgewatch::config
