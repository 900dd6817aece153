// JSON as it comes from a client (RFC 8259), read where it lies: nothing is copied before it is asked for, so that a secret has
// no other copy than the text itself and the `Secret` it goes into.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include <tl/expected.hpp>

#include "eidkern/secret.h"

namespace eidkern::sdk::json
{

enum class Type { Null, Boolean, Number, String, Array, Object };

class Value // a piece of a text that parse() has found valid; lives as long as that text
{
public:
    explicit Value(std::string_view text) : text_(text) {}

    Type type() const;
    std::string_view text() const { return text_; } // as it came, from its first character to its last
    std::optional<bool> boolean() const;
    std::optional<double> number() const;           // infinite, or zero, where it is too large or small for a double
    std::optional<std::string> string() const;      // UTF-8; a surrogate without its other half becomes U+FFFD
    std::optional<Secret> secret() const;           // a string
    bool is(std::string_view ascii) const;          // this very string

private:
    std::string_view text_;
};

struct Fault
{
    std::string_view text;
    std::size_t offset; // bytes
};

// One value, and nothing but blanks (and a byte order mark in front) around it. Nested at most 256 deep. Repeated keys are valid.
tl::expected<Value, Fault> parse(std::string_view text);

// The entries of an array or object, in their order; of any other value there are none.
class Entries
{
public:
    struct Entry
    {
        std::optional<Value> key; // in objects
        Value value;
    };

    explicit Entries(const Value& container);
    std::optional<Entry> next();

private:
    std::string_view text_; // the rest, up to the closing bracket
    bool object_;
};

std::string compact(const Value& value); // without blanks between tokens, otherwise unchanged

} // namespace eidkern::sdk::json
