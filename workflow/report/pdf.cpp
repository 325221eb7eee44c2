#include "core/child_process.h"
#include "core/error.h"
#include "core/progress.h"
#include "workflow/report/report.h"

#include <csignal>
#include <filesystem>

namespace fs = std::filesystem;

namespace spongiosa::workflow {

namespace {

ChildEnd run_weasyprint(const fs::path& html_file, const fs::path& pdf_file) {
  try {
    return run_child({"weasyprint", "--quiet", html_file.string(), pdf_file.string()}, {}, throw_if_cancelled);
  } catch (const Error& error) {
    if (error.code() != ExitCode::kIo) throw;
    fail_io("the PDF needs WeasyPrint, which cannot be started: install the Debian package weasyprint; the HTML report is complete");
  }
}

}  // namespace

void write_pdf(const fs::path& html_file, const fs::path& pdf_file) {
  fs::path part = pdf_file;
  part += ".part";
  const ChildEnd end = run_weasyprint(html_file, part);
  std::error_code ignored;
  if (end.signalled || end.code != 0 || !fs::exists(part)) {
    fs::remove(part, ignored);
    if (end.signalled && (end.code == SIGINT || end.code == SIGTERM)) fail(ExitCode::kCancelled, "cancelled while writing the PDF");
    fail_io("WeasyPrint could not make '{}' ({} {}); the HTML report is complete", pdf_file.string(), end.signalled ? "signal" : "exit code", end.code);
  }
  fs::rename(part, pdf_file);
}

}  // namespace spongiosa::workflow
