// Colours for people: only on a terminal, and never with NO_COLOR (https://no-color.org).
#pragma once

#include <string>
#include <string_view>

namespace fairway::app {

class Style {
public:
    explicit Style(bool coloured) : coloured_(coloured) {}
    /// For what is written to this descriptor: 1 or 2.
    static Style for_descriptor(int descriptor);

    std::string red(std::string_view text) const { return wrapped("31", text); }
    std::string yellow(std::string_view text) const { return wrapped("33", text); }
    std::string green(std::string_view text) const { return wrapped("32", text); }
    std::string bold(std::string_view text) const { return wrapped("1", text); }
    std::string dim(std::string_view text) const { return wrapped("2", text); }

private:
    std::string wrapped(std::string_view code, std::string_view text) const;

    bool coloured_;
};

}  // namespace fairway::app
