#include "workflow/report/page.h"

#include <fmt/format.h>

namespace spongiosa::workflow {

namespace {

const char* kStyle = R"(
@page { size: A4; margin: 18mm 15mm 18mm 15mm;
  @bottom-left { content: string(case-id); font-size: 8pt; color: #666; }
  @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; color: #666; } }
body { font-family: "DejaVu Sans", sans-serif; font-size: 9.5pt; color: #222; max-width: 1000px; margin: 0 auto; line-height: 1.35; }
h1 { font-size: 18pt; margin: 0 0 2mm 0; } h2 { font-size: 13pt; border-bottom: 1px solid #888; margin-top: 8mm; page-break-after: avoid; }
h3 { font-size: 10.5pt; margin-bottom: 1mm; page-break-after: avoid; }
.case-id { string-set: case-id content(); color: #555; }
table { border-collapse: collapse; width: 100%; font-size: 8pt; margin: 2mm 0; } table.narrow { font-size: 7pt; } tr { page-break-inside: avoid; }
thead { display: table-header-group; }
th { text-align: left; background: #eee; } th, td { border: 1px solid #ccc; padding: 1.2mm 1.6mm; vertical-align: top; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
td.hash { font-family: "DejaVu Sans Mono", monospace; font-size: 6.5pt; word-break: break-all; }
.pass { color: #116329; font-weight: bold; } .fail { color: #b00020; font-weight: bold; } .banner { padding: 3mm; margin: 3mm 0; }
.banner.ok { background: #e7f4ea; } .banner.bad { background: #fbe9e9; }
figure { margin: 3mm 0; page-break-inside: avoid; } figure svg { width: 100%; height: auto; } figcaption { font-size: 8pt; color: #444; }
ul { margin: 1mm 0 1mm 5mm; padding: 0; }
)";

}  // namespace

std::string html_page(const std::string& title, const std::string& line, const std::string& body) {
  return fmt::format("<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>{0}: {1}</title>\n<style>{2}</style></head><body>\n<h1>{0}</h1><p class=case-id>{1}</p>\n",
                     title, line, kStyle) +
         body + "</body></html>\n";
}

}  // namespace spongiosa::workflow
