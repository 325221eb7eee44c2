#include "core/file.h"
#include "core/hash.h"
#include "tests/test_data.h"

#include <catch2/catch.hpp>

using namespace spongiosa;

TEST_CASE("SHA-256 of the published test vectors (FIPS 180-4)") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("a file hashes as its bytes, across the edges of the read buffer") {
  const TemporaryFolder folder;
  for (const std::size_t size : {std::size_t(0), std::size_t(1), (std::size_t(1) << 20) - 1, std::size_t(1) << 20, (std::size_t(1) << 20) + 1}) {
    const std::string bytes(size, 'q');
    write_text_file(folder.path() / "f", bytes);
    CHECK(sha256_file(folder.path() / "f") == sha256(bytes));
  }
}
