// Aligns cells as Go's text/tabwriter does, which is what makes kubectl's output look as it does: a cell is text that
// a tab ends, and a column is as wide as the widest of the cells that stand in it on neighbouring lines.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace fairway::app {

struct TabLayout {
    std::size_t min_width = 0;  ///< of a column, padding included
    std::size_t padding = 2;    ///< blanks after the widest cell
};
inline constexpr TabLayout kTableLayout{6, 3};     ///< kubectl get
inline constexpr TabLayout kDescribeLayout{0, 2};  ///< kubectl describe

/// @param text  lines of cells; what follows the last tab of a line is not aligned.
/// Widths count code points. Control characters other than tab and line end become '?': names come from manifests.
std::string align_tabs(std::string_view text, const TabLayout& layout);

}  // namespace fairway::app
