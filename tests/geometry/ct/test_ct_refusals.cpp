// Every reason for which a scan is refused, and that the message says so.
#include "core/file.h"
#include "geometry/image/image_file.h"
#include "tests/geometry/ct/small_scan.h"

#include <filesystem>

using namespace spongiosa;
using namespace spongiosa::geometry;
namespace fs = std::filesystem;

TEST_CASE("a path that is not there, an empty folder and a folder without DICOM are refused") {
  TemporaryFolder folder;
  require_refused(folder.path() / "nowhere", {"there is no CT at", "nowhere"});
  require_refused(folder.path(), {"is empty"});
  write_text_file(folder.path() / "readme.txt", "no scan here, only text that is long enough to be looked at");
  require_refused(folder.path(), {"no DICOM image", "1 file looked at", ".nrrd"});
}

TEST_CASE("DICOM without images is refused by what it is") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) {
    file.set(tag::kModality, "CS", "RTSTRUCT");
    file.set(tag::kSopClass, "UI", "1.2.840.10008.5.1.4.1.1.481.3");
    for (const auto gone : {tag::kRows, tag::kColumns, tag::kPixelData}) file.remove(gone);
  });
  require_refused(series.path(), {"no image", "8 RTSTRUCT"});
}

TEST_CASE("images of another modality are refused") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) { file.set(tag::kModality, "CS", "MR"); });
  require_refused(series.path(), {"there is no CT here", "8 MR", "not Hounsfield units"});
}

TEST_CASE("scouts alone are refused") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) { file.set(tag::kImageType, "CS", "ORIGINAL\\PRIMARY\\LOCALIZER"); });
  require_refused(series.path(), {"only 8 scout (localizer) images"});
}

TEST_CASE("a missing slice is named with its neighbours") {
  SeriesFolder series;
  fs::remove(series.slice(4));  // z = -464.8 + 3 * 1.25
  require_refused(series.path(), {"a slice is missing", "1.25 mm apart", "2.5 mm between z = -462.30 mm and z = -459.80 mm"});
  fs::remove(series.slice(5));
  require_refused(series.path(), {"2 slices are missing", "3.75 mm between z = -462.30 mm and z = -458.55 mm"});
}

TEST_CASE("uneven spacing is refused beyond the tolerance, and accepted within it") {
  SeriesFolder series;
  series.edit_one(4, [](DicomEdit& file) { file.set(tag::kPosition, "DS", "-201.5\\-59.25\\-461.0"); });  // 0.05 mm low
  require_refused(series.path(), {"unevenly spaced (1.2 to 1.3 mm", "z = -461.00 mm"});
  ImportOptions tolerant;
  tolerant.spacing_tolerance_mm = 0.11;
  CHECK(import_folder(series.path(), tolerant).hu.spacing_mm.z() == Approx(1.25));
}

TEST_CASE("a wander beyond any tilt, and a tilt the header contradicts, are refused") {
  SeriesFolder far;
  far.edit([](DicomEdit& file, int n) { file.set(tag::kPosition, "DS", fmt::format("-201.5\\{:.3f}\\{:.3f}", -59.25 + 2.0 * n, -464.8 + 1.25 * n)); });
  require_refused(far.path(), {"wander sideways by 58.0 degrees"});
  SeriesFolder series;
  series.edit([](DicomEdit& file, int n) {
    file.set(tag::kPosition, "DS", fmt::format("-201.5\\{:.4f}\\{:.4f}", -59.25 + 0.2 * n, -464.8 + 1.25 * n));
    file.set(tag::kGantryTilt, "DS", "20");
  });
  require_refused(series.path(), {"tilted by +20.0 degrees (GantryDetectorTilt)", "show 9.1"});
}

TEST_CASE("a tilt that only the header speaks of is refused; one along the slice normal is noted") {
  SeriesFolder upright;
  upright.edit([](DicomEdit& file, int) { file.set(tag::kGantryTilt, "DS", "-12.5"); });
  require_refused(upright.path(), {"tilted by -12.5 degrees (GantryDetectorTilt)", "show 0.0"});

  HuImage image = small_scan();
  image.direction = Eigen::AngleAxisd(12.5 * 3.14159265358979 / 180.0, Vec3::UnitX()).toRotationMatrix();
  SeriesFolder straight(image);
  straight.edit([](DicomEdit& file, int) { file.set(tag::kGantryTilt, "DS", "-12.5"); });
  const CtImport result = import_folder(straight.path());
  require_same_grid(result.hu, image);
  CHECK(has_note(result, "stacked along their own normal"));
}

TEST_CASE("slices shifted sideways are refused") {
  SeriesFolder series;
  series.edit_one(5, [](DicomEdit& file) { file.set(tag::kPosition, "DS", "-198.5\\-59.25\\-459.8"); });
  require_refused(series.path(), {"shifted sideways", "3.00 mm"});
}

TEST_CASE("mixed sizes, pixel sizes and orientations are refused with counts") {
  SeriesFolder series;
  SECTION("size") {
    series.edit_one(3, [](DicomEdit& file) {
      file.set_us(tag::kRows, 5);
      file.set(tag::kPixelData, "OW", file.bytes(tag::kPixelData).substr(0, 120));
    });
    require_refused(series.path(), {"mixes image sizes (7 of 12 x 10, 1 of 12 x 5)"});
  }
  SECTION("pixel size") {
    series.edit_one(3, [](DicomEdit& file) { file.set(tag::kPixelSpacing, "DS", "0.9\\0.9"); });
    require_refused(series.path(), {"mixes pixel sizes (7 of 0.78125 x 0.7 mm, 1 of 0.9 x 0.9 mm)"});
  }
  SECTION("orientation") {
    series.edit_one(3, [](DicomEdit& file) { file.set(tag::kOrientation, "DS", "1\\0\\0\\0\\0\\-1"); });
    require_refused(series.path(), {"mixes orientations", "7 of normal (0.00 0.00 1.00)"});
  }
}

TEST_CASE("a single slice is refused, as a folder and as a file") {
  SeriesFolder series;
  require_refused(series.slice(1), {"single slice", "name the folder"});
  for (int n = 2; n <= 8; ++n) fs::remove(series.slice(n));
  require_refused(series.path(), {"single slice", "z = -464.80 mm"});
}

TEST_CASE("several series are listed, and one can be chosen by the ending of its UID") {
  SeriesFolder series;
  HuImage raised = small_scan();
  for (std::int16_t& value : raised.data) value = std::int16_t(value + 24);
  raised.origin_Patient.z() += 3.0;
  raised.size[2] = 5;
  raised.data.resize(std::size_t(product(raised.size)));
  SeriesFolder second(raised);
  int n = 0;
  for (const fs::path& file : second.files()) fs::copy_file(file, series.path() / fmt::format("IM{:03}", ++n));
  const std::string uid = DicomEdit(series.path() / "IM001").get(tag::kSeries);
  const std::string ending = uid.substr(uid.size() - 6);
  require_refused(series.path(), {"2 CT series", "ct.series_uid", "'" + ending + "' (5 slices of 12 x 10", "8 slices", "1.25 mm apart",
                                  "0.781 x 0.7 mm pixels"});
  ImportOptions chosen;
  chosen.series_uid = ending;
  const CtImport result = import_folder(series.path(), chosen);
  CHECK(result.hu.data == raised.data);
  CHECK(has_note(result, "1 other CT series ignored"));
  chosen.series_uid = "no-such";
  require_refused(series.path(), {"no CT series has a UID that ends with 'no-such'", ending}, chosen);
  chosen.series_uid = "";
  require_refused(series.path(), {"fits 2 series", "longer ending"}, chosen);
}

TEST_CASE("missing geometry is refused by name") {
  SeriesFolder series;
  SECTION("pixel spacing") {
    series.edit_one(2, [](DicomEdit& file) { file.remove(tag::kPixelSpacing); });
    require_refused(series.path(), {"1 of 8 slices have no usable PixelSpacing", "slice-00002.dcm"});
  }
  SECTION("zero pixel spacing") {
    series.edit([](DicomEdit& file, int) { file.set(tag::kPixelSpacing, "DS", "0\\0"); });
    require_refused(series.path(), {"8 of 8 slices have no usable PixelSpacing"});
  }
  SECTION("position") {
    series.edit([](DicomEdit& file, int) { file.remove(tag::kPosition); });
    require_refused(series.path(), {"8 of 8 slices have no usable ImagePositionPatient"});
  }
  SECTION("orientation") {
    series.edit([](DicomEdit& file, int) { file.set(tag::kOrientation, "DS", "1\\0\\0\\1\\0\\0"); });
    require_refused(series.path(), {"no usable ImageOrientationPatient"});
  }
}

TEST_CASE("different images at one position are refused") {
  SeriesFolder series;
  DicomEdit other(series.slice(3));
  std::string pixels = other.bytes(tag::kPixelData);
  pixels[40] = char(pixels[40] ^ 1);
  other.set(tag::kPixelData, "OW", pixels);
  other.save(series.path() / "again.dcm");
  require_refused(series.path(), {"two different images", "-462.30", "again.dcm", "slice-00003.dcm"});
}

TEST_CASE("truncated and damaged files are refused by name") {
  SeriesFolder series;
  SECTION("cut within the pixel data") {
    fs::resize_file(series.slice(6), fs::file_size(series.slice(6)) - 100);
    require_refused(series.path(), {"slice-00006.dcm", "truncated", "140 of 240 bytes"});
  }
  SECTION("cut before the pixel data") {
    fs::resize_file(series.slice(6), fs::file_size(series.slice(6)) - 260);
    require_refused(series.path(), {"slice-00006.dcm"});
  }
  SECTION("pixel data shorter than the image") {
    series.edit_one(6, [](DicomEdit& file) { file.set(tag::kPixelData, "OW", file.bytes(tag::kPixelData).substr(0, 100)); });
    require_refused(series.path(), {"slice-00006.dcm", "truncated", "100 of 240 bytes"});
  }
  SECTION("cut within the header") {
    fs::resize_file(series.slice(6), 500);
    require_refused(series.path(), {"slice-00006.dcm", "damaged or cut off"});
  }
  SECTION("cut within compressed pixel data, whatever is left of them") {
    for (const int bytes : {5, 8, 30}) {  // within the end mark, before it, within the fragment
      series.edit_one(6, [](DicomEdit& file) {
        file.set(tag::kMetaTransferSyntax, "UI", "1.2.840.10008.1.2.4.70");
        file.set_compressed_pixels(std::string(64, 'x'));
      });
      fs::resize_file(series.slice(6), fs::file_size(series.slice(6)) - std::uintmax_t(bytes));
      require_refused(series.path(), {"slice-00006.dcm", "truncated", "not complete"});
      fs::remove(series.slice(6));
      fs::copy_file(series.slice(5), series.slice(6));
      series.edit_one(6, [](DicomEdit& file) { file.set(tag::kPosition, "DS", "-201.5\\-59.25\\-458.55"); });
    }
  }
  SECTION("compressed data that are none") {
    series.edit_one(6, [](DicomEdit& file) {
      file.set(tag::kMetaTransferSyntax, "UI", "1.2.840.10008.1.2.4.70");
      file.set_compressed_pixels(std::string(64, 'x'));
    });
    require_refused(series.path(), {"slice-00006.dcm", "cannot be decoded", "JPEG lossless SV1"});
  }
}

TEST_CASE("values that are not Hounsfield units are refused") {
  SeriesFolder series;
  SECTION("another rescale type") {
    series.edit([](DicomEdit& file, int) { file.set(tag::kRescaleType, "LO", "Z_EFF"); });
    require_refused(series.path(), {"'Z_EFF' (RescaleType)", "not Hounsfield units"});
  }
  SECTION("raw values without a rescale") {
    series.edit([](DicomEdit& file, int) {
      std::string pixels = file.bytes(tag::kPixelData);
      for (std::size_t n = 0; n < pixels.size(); n += 2) {
        std::int16_t value;
        std::memcpy(&value, pixels.data() + n, 2);
        value = std::int16_t(value + 1024);
        std::memcpy(pixels.data() + n, &value, 2);
      }
      file.set(tag::kPixelData, "OW", pixels);
      file.remove(tag::kSlope);
      file.remove(tag::kIntercept);
    });
    require_refused(series.path(), {"8 of 8 slices have no RescaleSlope", "from 24 up"});
  }
  SECTION("some slices without a rescale") {
    series.edit_one(2, [](DicomEdit& file) { file.remove(tag::kSlope); });
    require_refused(series.path(), {"1 of 8 slices have no RescaleSlope"});
  }
}

TEST_CASE("frames without positions are refused") {
  SeriesFolder series;
  series.edit([](DicomEdit& file, int) { file.set(tag::kFrames, "IS", "4"); });
  require_refused(series.path(), {"4 frames without a position"});
}

TEST_CASE("image files whose values cannot be HU are refused") {
  TemporaryFolder folder;
  const fs::path file = folder.path() / "scan.nrrd";
  HuImage image = small_scan();
  SECTION("label map") {
    for (std::int16_t& value : image.data) value = std::int16_t(value > 0);
    write_image(file, image);
    require_refused(file, {"cannot be Hounsfield units", "(0 to 1)", "label map"});
  }
  SECTION("unsigned raw values") {
    for (std::int16_t& value : image.data) value = std::int16_t(value + 1024);
    write_image(file, image);
    require_refused(file, {"cannot be Hounsfield units", "(24 to"});
  }
  SECTION("no bone") {
    for (std::int16_t& value : image.data) value = std::min<std::int16_t>(value, 100);
    write_image(file, image);
    require_refused(file, {"cannot be Hounsfield units", "to 100)"});
  }
  SECTION("not a number, and beyond 16 bits") {
    FloatImage real = image.like<float>(100.0f);
    real.data[5] = std::numeric_limits<float>::quiet_NaN();
    write_image(file, real);
    require_refused(file, {"the value nan", "not a Hounsfield number"});
    real.data[5] = 70000.0f;
    write_image(file, real);
    require_refused(file, {"the value 70000"});
  }
  SECTION("series_uid given") {
    write_image(file, image);
    ImportOptions options;
    options.series_uid = "123";
    require_refused(file, {"ct.series_uid", "image file"}, options);
  }
  SECTION("not an image at all") {
    write_text_file(file, "this is not an NRRD file\n");
    require_refused(file, {"cannot read", "scan.nrrd", "damaged"});
  }
}
