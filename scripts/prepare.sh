# shellcheck shell=sh
# Sourced by ./run and ./test from the root of the checkout: packages, build, and where the scans are.

say() { printf '%s\n' "$*"; }

# Installs what packages.txt names and is missing; without root by sudo, or prints the one command and exits 5.
install_missing() {
  command -v dpkg-query > /dev/null || {
    say "This is no Debian: please see that the libraries named in packages.txt are installed."
    return 0
  }
  packages=$(sed 's/#.*//' packages.txt)
  # shellcheck disable=SC2086,SC2016
  installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' $packages 2> /dev/null | sed -n 's/ installed$//p')
  missing=""
  for package in $packages; do
    case "
$installed
" in
      *"
$package
"*) ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -n "$missing" ] || return 0
  command="apt-get install -y --no-install-recommends$missing"
  if [ "$(id -u)" = 0 ]; then
    as_root=""
  elif command -v sudo > /dev/null && { sudo -n true 2> /dev/null || [ -t 0 ]; }; then
    as_root="sudo"
  else
    say "Packages are missing, and installing them needs root. Run this, then come back:" >&2
    say "  sudo sh -c 'apt-get update && $command'" >&2
    exit 5
  fi
  say "Installing:$missing"
  # shellcheck disable=SC2086
  if ! { $as_root apt-get update -qq && $as_root env DEBIAN_FRONTEND=noninteractive $command; }; then
    say "Installing failed; apt-get says why above." >&2
    exit 5
  fi
}

# As many compilers as there are cores, but only one per 1.5 GiB of free memory.
build_jobs() {
  cores=$(nproc)
  by_memory=$(awk '/^MemAvailable:/ { print int($2 / 1572864) }' /proc/meminfo)
  [ "$by_memory" -ge 1 ] || by_memory=1
  [ "$cores" -le "$by_memory" ] && echo "$cores" || echo "$by_memory"
}

# build TARGET...: configures once (ninja does it again when a CMakeLists.txt changes) and builds what is out of date.
build() {
  if [ ! -f build/build.ninja ]; then
    say "Configuring (log: build/configure.log)"
    mkdir -p build
    cmake -S . -B build -G Ninja > build/configure.log 2>&1 || {
      tail -n 20 build/configure.log >&2
      rm -f build/build.ninja
      exit 5
    }
  fi
  if ninja -C build -n "$@" 2> /dev/null | grep -q 'no work to do'; then return 0; fi
  say "Building with $(build_jobs) jobs; a first build takes several minutes"
  ninja -C build -j "$(build_jobs)" "$@" || {
    say "The build failed; see the messages above." >&2
    exit 4
  }
}

# Real scans are not part of the repository: SPONGIOSA_DATA names their folder, or it lies near the checkout.
find_data() {
  [ -z "${SPONGIOSA_DATA:-}" ] || return 0
  folder=$(pwd)
  while [ "$folder" != / ]; do
    folder=$(dirname "$folder")
    for candidate in "$folder"/data "$folder"/*/data; do
      if [ -d "$candidate/ct-lumbosacral-vhf-dicom" ]; then
        SPONGIOSA_DATA=$candidate
        export SPONGIOSA_DATA
        return 0
      fi
    done
  done
}
