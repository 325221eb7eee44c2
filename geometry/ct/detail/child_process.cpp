#include "geometry/ct/detail/child_process.h"

#include "core/error.h"
#include "core/text.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <new>
#include <optional>

namespace spongiosa::geometry::detail {

namespace {

// Kinds of messages: one byte, the length of the text as 32 bits, the text.
constexpr char kFile = 'F', kProgress = 'P', kError = 'E', kDone = 'D';
/// A child that says nothing for this long hangs; the slowest network drive reads a header faster.
constexpr int kPatience_s = 120;

/// Address space this process uses now, bytes.
std::uint64_t address_space_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * std::uint64_t(sysconf(_SC_PAGESIZE));
}

template <class T>
std::string raw(const T& value) {
  return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T value_of(const std::string& text) {
  T value{};
  std::memcpy(&value, text.data(), std::min(sizeof value, text.size()));
  return value;
}

}  // namespace

void ChildReport::send(char kind, const std::string& text) const {
  const std::string message = kind + raw(std::uint32_t(text.size())) + text;
  for (std::size_t sent = 0; sent < message.size();) {
    const ssize_t n = write(descriptor_, message.data() + sent, message.size() - sent);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) _exit(1);  // the parent is gone
    sent += std::size_t(n);
  }
}

void ChildReport::at_file(const std::filesystem::path& file) const { send(kFile, file.string()); }

void ChildReport::progress(double fraction, const std::string& message) const { send(kProgress, raw(fraction) + message); }

/// Both ends: what the child does with its work, and what the parent makes of what it hears.
class Child {
 public:
  [[noreturn]] static void live(int descriptor, const std::function<void(const ChildReport&)>& work, std::uint64_t memory_bytes) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    std::signal(SIGINT, SIG_IGN);  // the parent decides
    std::signal(SIGTERM, SIG_DFL);
    std::signal(SIGABRT, SIG_DFL);
    // The assertion's own words are no help to anyone, and a core file would hold the patient's data.
    const int nowhere = open("/dev/null", O_WRONLY);
    if (nowhere >= 0) {
      dup2(nowhere, STDERR_FILENO);
      dup2(nowhere, STDOUT_FILENO);
    }
    const rlimit no_core{0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    const std::uint64_t most = address_space_bytes() + memory_bytes;
    rlimit space{};
    if (getrlimit(RLIMIT_AS, &space) == 0) {
      space.rlim_cur = std::min<rlim_t>(most, space.rlim_max);
      setrlimit(RLIMIT_AS, &space);
    }
    const ChildReport report(descriptor);
    try {
      work(report);
      report.send(kDone, "");
    } catch (const Error& error) {
      report.send(kError, raw(int(error.code())) + error.what());
    } catch (const std::bad_alloc&) {
      std::abort();  // as if the library had given up: the parent names the file
    } catch (const std::exception& error) {
      report.send(kError, raw(int(ExitCode::kComputationFailed)) + "unexpected error: " + error.what());
    }
    _exit(0);
  }

  Child(pid_t process, int descriptor) : process_(process), descriptor_(descriptor) {}
  ~Child() {
    close(descriptor_);
    if (process_ <= 0) return;
    kill(process_, SIGKILL);
    wait();
  }

  void listen(const Progress& progress) {
    std::string heard;
    double silent_s = 0.0;
    while (true) {
      constexpr int kStep_ms = 100;
      pollfd wanted{descriptor_, POLLIN, 0};
      const int ready = poll(&wanted, 1, kStep_ms);
      progress.report(fraction_, message_);  // the point of cancelling
      if (ready <= 0) {
        silent_s += kStep_ms / 1000.0;
        if (silent_s > kPatience_s)
          fail_input("reading {} did not end within {} s: the file is damaged, or its disk does not answer", file_text(), kPatience_s);
        continue;
      }
      silent_s = 0.0;
      char buffer[1 << 16];
      const ssize_t n = read(descriptor_, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      heard.append(buffer, std::size_t(n));
      take_messages(heard);
    }
    const int status = wait();
    if (failed_) throw *failed_;
    if (done_) return;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
      fail_computation("reading {} was ended by the system: is there enough memory?", file_text());
    fail_input("{} is damaged: the DICOM library gave up while reading it; copy the file again or take it out of the folder", file_text());
  }

 private:
  int wait() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    return status;
  }

  std::string file_text() const { return file_.empty() ? "the scan" : "'" + file_ + "'"; }

  void take_messages(std::string& heard) {
    std::size_t at = 0;
    while (heard.size() - at >= 5) {
      const std::size_t length = value_of<std::uint32_t>(heard.substr(at + 1, 4));
      if (heard.size() - at < 5 + length) break;
      const std::string text = heard.substr(at + 5, length);
      switch (heard[at]) {
        case kFile: file_ = text; break;
        case kProgress:
          fraction_ = value_of<double>(text);
          message_ = text.substr(sizeof(double));
          break;
        case kError: failed_.emplace(ExitCode(value_of<int>(text)), text.substr(sizeof(int))); break;
        case kDone: done_ = true; break;
      }
      at += 5 + length;
    }
    heard.erase(0, at);
  }

  pid_t process_;
  int descriptor_;
  std::string file_, message_ = "Reading headers";
  double fraction_ = 0.0;
  bool done_ = false;
  std::optional<Error> failed_;
};

void run_in_child(const std::function<void(const ChildReport&)>& work, std::uint64_t memory_bytes, const Progress& progress) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail_computation("no pipe can be made: {}", std::strerror(errno));
  const pid_t process = fork();
  if (process < 0) {
    const int why = errno;
    close(ends[0]);
    close(ends[1]);
    fail_computation("no process can be started: {}", std::strerror(why));
  }
  if (process == 0) {
    close(ends[0]);
    Child::live(ends[1], work, memory_bytes);
  }
  close(ends[1]);
  Child(process, ends[0]).listen(progress);
}

SharedMemory::SharedMemory(std::uint64_t bytes) : bytes_(std::max<std::uint64_t>(bytes, 1)) {
  data_ = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data_ == MAP_FAILED) fail_computation("the scan does not fit into memory ({} for its voxels)", human_bytes(double(bytes_)));
}

SharedMemory::~SharedMemory() { munmap(data_, bytes_); }

}  // namespace spongiosa::geometry::detail
