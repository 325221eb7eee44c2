# All find_package calls, in the one order that works on Debian 12: TBB first, because OpenVDB's own
# find-module would define part of its targets, and Boost before OpenVDB.
find_package(TBB CONFIG REQUIRED)
list(APPEND CMAKE_MODULE_PATH /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE}/cmake/OpenVDB)
find_package(OpenVDB REQUIRED)
find_package(Eigen3 CONFIG REQUIRED)
find_package(fmt CONFIG REQUIRED)
find_package(nlohmann_json CONFIG REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PNG REQUIRED)
# libzip by pkg-config: its CMake package also demands the zip tools of another Debian package.
find_package(PkgConfig REQUIRED)
pkg_check_modules(libzip REQUIRED IMPORTED_TARGET libzip)
find_package(pugixml CONFIG REQUIRED)
find_package(nanoflann CONFIG REQUIRED)
find_package(CGAL 5.5 CONFIG REQUIRED)
find_package(CLI11 CONFIG REQUIRED)
find_package(deal.II 9.4 CONFIG REQUIRED)
if(SPONGIOSA_TESTS)
  find_package(Catch2 2 CONFIG REQUIRED)
endif()
# ITK is found in geometry/ct only: its use-file changes flags of the whole directory.
