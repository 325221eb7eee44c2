#include "core/error.h"
#include "workflow/report/report.h"

#include <spawn.h>
#include <sys/wait.h>

#include <filesystem>

extern char** environ;

namespace fs = std::filesystem;

namespace spongiosa::workflow {

void write_pdf(const fs::path& html_file, const fs::path& pdf_file) {
  fs::path part = pdf_file;
  part += ".part";
  const std::string html = html_file.string(), pdf = part.string();
  const char* arguments[] = {"weasyprint", "--quiet", html.c_str(), pdf.c_str(), nullptr};
  pid_t child = 0;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", 0 /*O_RDONLY*/, 0);
  // Our stdout belongs to results.
  posix_spawn_file_actions_adddup2(&actions, 2, 1);
  const int error = posix_spawnp(&child, arguments[0], &actions, nullptr, const_cast<char* const*>(arguments), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) fail_io("the PDF needs WeasyPrint, which cannot be started: install the Debian package weasyprint; the HTML report is complete");
  int status = 0;
  waitpid(child, &status, 0);
  std::error_code ignored;
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0 || !fs::exists(part)) {
    fs::remove(part, ignored);
    if (WIFSIGNALED(status) && (WTERMSIG(status) == 2 || WTERMSIG(status) == 15)) fail(ExitCode::kCancelled, "cancelled while writing the PDF");
    fail_io("WeasyPrint could not make '{}' (exit code {}); the HTML report is complete", pdf_file.string(),
            WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  }
  fs::rename(part, pdf_file);
}

}  // namespace spongiosa::workflow
