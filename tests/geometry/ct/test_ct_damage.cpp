// Damaged DICOM files: whatever the bytes, the answer is a scan or one line that says which file is damaged.
#include "core/file.h"
#include "tests/geometry/ct/small_scan.h"

#include <filesystem>
#include <random>

using namespace spongiosa;
using namespace spongiosa::geometry;
namespace fs = std::filesystem;

namespace {

/// Header of a written slice, up to the tag of its pixel data.
std::size_t header_length(const std::string& bytes) {
  const std::size_t at = bytes.find(std::string("\xe0\x7f\x10\x00", 4));
  REQUIRE(at != std::string::npos);
  return at;
}

/// Imports a folder that may be refused, but only as bad input and in one line.
/// @return whether it was refused.
bool refused_in_one_line(const fs::path& folder) {
  try {
    import_folder(folder);
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.code() == ExitCode::kBadInput);
    CHECK(std::string(error.what()).find('\n') == std::string::npos);
    return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a slice cut off anywhere in its first bytes is named") {
  SeriesFolder series;
  const std::string whole = read_text_file(series.slice(5));
  for (std::size_t length = 132; length <= 310; ++length) {
    INFO("cut to " << length << " bytes");
    write_text_file(series.slice(5), whole.substr(0, length));
    require_refused(series.path(), {"slice-00005.dcm", "copy"});
  }
}

TEST_CASE("200 slices with damaged headers give a scan or a refusal in one line") {
  SeriesFolder series;
  const std::string whole = read_text_file(series.slice(5));
  const std::size_t header = header_length(whole);
  std::mt19937 random(20240229);
  const auto below = [&random](std::size_t n) { return std::size_t(random()) % n; };
  int refused = 0;
  for (int variant = 0; variant < 200; ++variant) {
    INFO("variant " << variant);
    std::string bytes = whole;
    if (variant % 4 == 0) bytes.resize(132 + below(header - 132));
    const std::size_t spoilt = variant % 4 == 0 ? below(3) : 1 + below(12);
    // Behind the mark; one run of bytes in every third variant, single ones else.
    const std::size_t run_at = 132 + below(header - 132);
    for (std::size_t n = 0; n < spoilt; ++n) {
      const std::size_t at = variant % 3 == 0 ? run_at + n : 132 + below(header - 132);
      if (at < bytes.size()) bytes[at] = char(below(256));
    }
    write_text_file(series.slice(5), bytes);
    refused += refused_in_one_line(series.path());
  }
  // Most damage hits text that nothing depends on; an import that never notices would be deaf.
  CHECK(refused > 50);
}

TEST_CASE("damaged compressed pixel data are refused") {
  SeriesFolder series;
  std::mt19937 random(7);
  for (int variant = 0; variant < 20; ++variant) {
    series.edit_one(3, [&](DicomEdit& file) {
      std::string stream("\xff\xd8\xff\xf7\x00\x0b\x10\x00\x0a\x00\x0c\x01\x01\x11\x00\xff\xda", 17);
      for (int n = 0; n < 80; ++n) stream += char(random() % 256);
      file.set(tag::kMetaTransferSyntax, "UI", variant % 2 ? "1.2.840.10008.1.2.4.80" : "1.2.840.10008.1.2.4.70");
      file.set_compressed_pixels(stream + "\xff\xd9");
    });
    refused_in_one_line(series.path());
  }
}

TEST_CASE("a header that asks for gigabytes is refused") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) {
    file.set_us(tag::kRows, 65535);
    file.set_us(tag::kColumns, 65535);
  });
  require_refused(series.path(), {"slice-00001.dcm", "truncated"});
  SeriesFolder frames;
  frames.edit_one(2, [](DicomEdit& file) { file.set(tag::kFrames, "IS", "2000000000"); });
  require_refused(frames.path(), {"slice-00002.dcm", "frames"});
}
