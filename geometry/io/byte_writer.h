#pragma once
/// Large binary files: values gathered in a buffer, and errors of the stream turned into ours.

#include "core/error.h"

#include <bit>
#include <cstring>
#include <ostream>
#include <type_traits>
#include <vector>

namespace spongiosa::geometry {

static_assert(std::endian::native == std::endian::little, "mesh files are little-endian; this writer copies memory");

class ByteWriter {
 public:
  explicit ByteWriter(std::ostream& stream) : stream_(stream) { buffer_.reserve(kSize); }
  ByteWriter(const ByteWriter&) = delete;
  ByteWriter& operator=(const ByteWriter&) = delete;

  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    put(&value, sizeof value);
  }
  void put(const void* bytes, std::size_t count) {
    if (buffer_.size() + count > kSize) flush();
    const char* begin = static_cast<const char*>(bytes);
    buffer_.insert(buffer_.end(), begin, begin + count);
  }
  /// Must be called once at the end. @throws Error(kIo)
  void flush() {
    stream_.write(buffer_.data(), std::streamsize(buffer_.size()));
    if (!stream_) fail_io("writing failed: is the disk full?");
    buffer_.clear();
  }

 private:
  static constexpr std::size_t kSize = std::size_t(1) << 20;
  std::ostream& stream_;
  std::vector<char> buffer_;
};

}  // namespace spongiosa::geometry
