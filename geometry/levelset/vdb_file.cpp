#include "core/error.h"
#include "core/file.h"
#include "core/hash.h"
#include "core/json.h"
#include "geometry/levelset/detail/level_set_impl.h"

#include <openvdb/io/File.h>

#include <fstream>

namespace spongiosa::geometry {
namespace {

constexpr char kPlacement[] = "spongiosa_level_set";

Json placement_json(const LevelSet::Impl& impl) {
  Json axes = Json::array();
  for (int column = 0; column < 3; ++column)
    for (int row = 0; row < 3; ++row) axes.push_back(impl.frame.axes_Patient(row, column));
  const auto triple = [](const Vec3& v) { return Json::array({v[0], v[1], v[2]}); };
  Json json;
  json["frame_origin_Patient_mm"] = triple(impl.frame.origin_Patient);
  json["frame_axes_Patient"] = axes;
  json["offset_Frame_mm"] = triple(impl.offset_Frame);
  json["voxel_mm"] = impl.voxel_mm;
  json["band_mm"] = impl.band_mm;
  return json;
}

void read_placement(const Json& json, LevelSet::Impl& impl) {
  for (int a = 0; a < 3; ++a) {
    impl.frame.origin_Patient[a] = json.at("frame_origin_Patient_mm").at(std::size_t(a)).get<double>();
    impl.offset_Frame[a] = json.at("offset_Frame_mm").at(std::size_t(a)).get<double>();
    for (int row = 0; row < 3; ++row)
      impl.frame.axes_Patient(row, a) = json.at("frame_axes_Patient").at(std::size_t(3 * a + row)).get<double>();
  }
  impl.voxel_mm = json.at("voxel_mm").get<double>();
  impl.band_mm = json.at("band_mm").get<double>();
}

/// OpenVDB puts a random UUID into each file. It is replaced by one made of the file's own bytes, so that the same content
/// gives the same file. Position by the file format: magic number (8 bytes), file version (4), library version (4 + 4),
/// grid-offset flag (1), then 36 characters.
void replace_uuid(const std::filesystem::path& file) {
  constexpr std::streamoff kUuidAt = 21;
  const auto put = [&](const std::string& uuid) {
    std::fstream stream(file, std::ios::binary | std::ios::in | std::ios::out);
    std::string old(36, ' ');
    stream.seekg(kUuidAt);
    stream.read(old.data(), 36);
    SPONGIOSA_ASSERT(old[8] == '-' && old[13] == '-' && old[18] == '-' && old[23] == '-');
    stream.seekp(kUuidAt);
    stream << uuid;
    if (!stream.flush()) fail_io("cannot write {}", file.string());
  };
  put("00000000-0000-0000-0000-000000000000");
  const std::string hash = sha256_file(file);
  put(hash.substr(0, 8) + "-" + hash.substr(8, 4) + "-" + hash.substr(12, 4) + "-" + hash.substr(16, 4) + "-" + hash.substr(20, 12));
}

}  // namespace

void write_vdb(const std::filesystem::path& file, const std::vector<LevelSet>& level_sets, const Json& metadata) {
  openvdb::initialize();
  openvdb::MetaMap file_metadata;
  for (const auto& [key, value] : metadata.items())
    file_metadata.insertMeta(key, openvdb::StringMetadata(value.is_string() ? value.get<std::string>() : value.dump()));
  openvdb::GridCPtrVec grids;
  for (const LevelSet& level_set : level_sets) {
    // A shallow copy shares the tree; only its own metadata is added to.
    const auto grid = openvdb::gridPtrCast<openvdb::FloatGrid>(
        std::const_pointer_cast<openvdb::FloatGrid>(level_set.impl().grid)->copyGrid());
    grid->setName(level_set.name());
    grid->setGridClass(openvdb::GRID_LEVEL_SET);
    grid->insertMeta("units", openvdb::StringMetadata("mm"));
    grid->insertMeta("coordinates", openvdb::StringMetadata("patient, LPS"));
    grid->insertMeta(kPlacement, openvdb::StringMetadata(placement_json(level_set.impl()).dump()));
    grids.push_back(grid);
  }
  AtomicFile target(file);
  try {
    openvdb::io::File out(target.part_path().string());
    // Blosc writes several times faster than zip and is what OpenVDB itself prefers.
    out.setCompression(openvdb::io::COMPRESS_ACTIVE_MASK |
                       (openvdb::io::Archive::hasBloscCompression() ? openvdb::io::COMPRESS_BLOSC : openvdb::io::COMPRESS_ZIP));
    out.write(grids, file_metadata);
    out.close();
  } catch (const openvdb::Exception& error) {
    fail_io("cannot write {}: {}", file.string(), error.what());
  }
  replace_uuid(target.part_path());
  target.commit();
}

openvdb::GridPtrVec read_vdb_grids(const std::filesystem::path& file) {
  openvdb::initialize();
  try {
    openvdb::io::File in(file.string());
    in.open(/*delayLoad=*/false);
    const openvdb::GridPtrVecPtr grids = in.getGrids();
    in.close();
    return *grids;
  } catch (const openvdb::Exception& error) {
    fail_io("cannot read {} as a VDB file: {}", file.string(), error.what());
  }
}

std::vector<LevelSet> read_vdb(const std::filesystem::path& file) {
  std::vector<LevelSet> level_sets;
  for (const auto& any : read_vdb_grids(file)) {
    const auto grid = openvdb::gridPtrCast<openvdb::FloatGrid>(any);
    const auto placement = any->getMetadata<openvdb::StringMetadata>(kPlacement);
    if (!grid || !placement)
      fail_input("{}: grid '{}' is not a level set of this program (no '{}' in its metadata); expected a file written by it",
                 file.string(), any->getName(), kPlacement);
    auto impl = std::make_shared<LevelSet::Impl>();
    impl->name = grid->getName();
    try {
      read_placement(Json::parse(placement->value()), *impl);
    } catch (const nlohmann::json::exception& error) {
      fail_input("{}: grid '{}' has damaged metadata '{}': {}", file.string(), impl->name, kPlacement, error.what());
    }
    impl->grid = grid;
    level_sets.emplace_back(std::shared_ptr<const LevelSet::Impl>(std::move(impl)));
  }
  return level_sets;
}

}  // namespace spongiosa::geometry
