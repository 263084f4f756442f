// Log of the process: an event name, then key=value pairs, as text or JSON on stderr. Values are escaped here, so that
// nothing a client or a manifest says can forge a line. Never pass secrets, cookies or Authorization.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "base/result.hpp"

namespace fairway::log {

enum class Level { trace, debug, info, warn, error };
enum class Format { text, json };

/// One key=value pair. Keys come from the glossary of CONTRIBUTING.md; values are quoted when they need it.
struct Field {
    template <class T>
    Field(std::string_view field_key, const T& field_value) : key(field_key), value(fmt::format("{}", field_value)) {}

    std::string_view key;
    std::string value;
};
using Fields = std::initializer_list<Field>;

/// Sets level and format for the whole process; call before threads start. Default: info, text.
void configure(Level level, Format format);
/// "trace", "debug", "info", "warn" or "error".
Result<Level> parse_level(std::string_view name);
bool enabled(Level level) noexcept;

/// Thread-safe; one write per line.
void write(Level level, std::string_view event, Fields fields);

/// Life-cycle, and one line for each applied snapshot.
inline void info(std::string_view event, Fields fields = {}) { write(Level::info, event, fields); }
/// It works, but not as asked.
inline void warn(std::string_view event, Fields fields = {}) { write(Level::warn, event, fields); }
/// Someone must act.
inline void error(std::string_view event, Fields fields = {}) { write(Level::error, event, fields); }
/// Per connection. The level is tested before any field is formatted only if the caller asks enabled() first.
inline void debug(std::string_view event, Fields fields = {}) { write(Level::debug, event, fields); }

}  // namespace fairway::log
