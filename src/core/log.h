// The log: one event per line, with named fields. There is no way to write a Secret, and bytes that may be personal or key
// material are written as their length only: that is the redaction.
#pragma once
#include <concepts>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "core/bytes.h"

namespace eidkern
{

struct LogField
{
    std::string_view key;
    std::string value;
    LogField(std::string_view k, std::string_view v) : key(k), value(v) {}
    LogField(std::string_view k, std::integral auto v) : key(k), value(std::to_string(v)) {}
    LogField(std::string_view k, ByteView redacted) : key(k), value("<" + std::to_string(redacted.size()) + " bytes>") {}
};

class Log
{
public:
    virtual ~Log() = default;
    virtual void write(std::string_view event, std::initializer_list<LogField> fields = {}) = 0; // event: "room.what", e.g. "paos.sent"
};

} // namespace eidkern
