#include "app/get/tab_writer.hpp"

#include <algorithm>
#include <vector>

namespace fairway::app {

namespace {

struct Line {
    std::vector<std::string> cells;  ///< the last one is not aligned
};

std::vector<Line> lines_of(std::string_view text) {
    std::vector<Line> lines(1, Line{{""}});
    for (const char c : text) {
        if (c == '\n')
            lines.push_back({{""}});
        else if (c == '\t')
            lines.back().cells.emplace_back();
        else
            lines.back().cells.back() += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
    if (lines.back().cells.size() == 1 && lines.back().cells[0].empty()) lines.pop_back();
    return lines;
}

std::size_t width_of(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

/// Pads the cells of one column in lines [begin, end), then those to the right of it, block by block.
void align_column(std::vector<Line>& lines, std::size_t begin, std::size_t end, std::size_t column,
                  const TabLayout& layout) {
    const auto has_cell = [&](std::size_t line) { return lines[line].cells.size() > column + 1; };
    for (std::size_t first = begin; first < end; ++first) {
        if (!has_cell(first)) continue;
        std::size_t last = first;
        std::size_t width = layout.min_width;
        for (; last < end && has_cell(last); ++last)
            width = std::max(width, width_of(lines[last].cells[column]) + layout.padding);
        for (std::size_t line = first; line < last; ++line) {
            std::string& cell = lines[line].cells[column];
            cell.append(width - width_of(cell), ' ');
        }
        align_column(lines, first, last, column + 1, layout);
        first = last - 1;
    }
}

}  // namespace

std::string align_tabs(std::string_view text, const TabLayout& layout) {
    auto lines = lines_of(text);
    align_column(lines, 0, lines.size(), 0, layout);
    std::string result;
    for (const Line& line : lines) {
        for (const std::string& cell : line.cells) result += cell;
        result += '\n';
    }
    return result;
}

}  // namespace fairway::app
