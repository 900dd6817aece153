#include "contract/json_reader.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <openssl/crypto.h>

#include "contract/utf8.h"

namespace eidkern::sdk::json
{

namespace
{

constexpr int mostDepth = 256;

bool isBlank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool isDigit(char c) { return c >= '0' && c <= '9'; }
int hexDigit(char c)
{
    if (isDigit(c)) return c - '0';
    const char lower = char(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

// Goes over one value after the other and says whether it is one.
class Scanner
{
public:
    explicit Scanner(std::string_view text) : text_(text) {}

    std::size_t at() const { return at_; }
    std::string_view fault() const { return fault_; }
    bool atEnd() const { return at_ == text_.size(); }

    void blanks()
    {
        while (!atEnd() && isBlank(text_[at_])) ++at_;
    }

    bool take(char c)
    {
        if (atEnd() || text_[at_] != c) return false;
        ++at_;
        return true;
    }

    bool value(int depth)
    {
        if (atEnd()) return fail("illegal value");
        switch (text_[at_])
        {
            case '{': return depth < mostDepth ? object(depth) : fail("too deeply nested document");
            case '[': return depth < mostDepth ? array(depth) : fail("too deeply nested document");
            case '"': return string();
            case 't': return word("true");
            case 'f': return word("false");
            case 'n': return word("null");
            default: return number();
        }
    }

    bool string()
    {
        if (!take('"')) return fail("missing key");
        while (!atEnd())
        {
            const char c = text_[at_];
            if (c == '"') return take('"');
            if (c == '\\')
            {
                if (!escape()) return fail("invalid escape sequence");
                continue;
            }
            if (static_cast<unsigned char>(c) < 0x20) return fail("control character in a string");
            const auto length = utf8Length(text_.substr(at_));
            if (length == 0) return fail("invalid UTF8 string");
            at_ += length;
        }
        return fail("unterminated string");
    }

private:
    bool fail(std::string_view text)
    {
        fault_ = text;
        return false;
    }

    bool word(std::string_view word)
    {
        if (text_.substr(at_, word.size()) != word) return fail("illegal value");
        at_ += word.size();
        return true;
    }

    bool digits()
    {
        const auto start = at_;
        while (!atEnd() && isDigit(text_[at_])) ++at_;
        return at_ > start;
    }

    bool number()
    {
        const bool negative = take('-');
        if (!take('0') && !digits()) return fail(negative ? "illegal number" : "illegal value");
        if (take('.') && !digits()) return fail("illegal number");
        if (take('e') || take('E'))
        {
            if (!take('+')) take('-');
            if (!digits()) return fail("illegal number");
        }
        return true;
    }

    bool escape()
    {
        const auto rest = text_.substr(at_ + 1);
        if (rest.empty()) return false;
        if (rest[0] != 'u')
        {
            at_ += 2;
            return std::string_view("\"\\/bfnrt").find(rest[0]) != std::string_view::npos;
        }
        for (std::size_t i = 1; i <= 4; ++i)
            if (i >= rest.size() || hexDigit(rest[i]) < 0) return false;
        at_ += 6;
        return true;
    }

    bool array(int depth)
    {
        take('[');
        blanks();
        if (take(']')) return true;
        while (true)
        {
            blanks();
            if (!value(depth + 1)) return false;
            blanks();
            if (take(']')) return true;
            if (!take(',')) return fail(atEnd() ? "unterminated array" : "missing value separator");
        }
    }

    bool object(int depth)
    {
        take('{');
        blanks();
        if (take('}')) return true;
        while (true)
        {
            blanks();
            if (!string()) return false;
            blanks();
            if (!take(':')) return fail("missing name separator");
            blanks();
            if (!value(depth + 1)) return false;
            blanks();
            if (take('}')) return true;
            if (!take(',')) return fail(atEnd() ? "unterminated object" : "missing value separator");
        }
    }

    std::string_view text_, fault_;
    std::size_t at_ = 0;
};

char32_t fourHexDigits(std::string_view text)
{
    char32_t unit = 0;
    for (std::size_t i = 0; i < 4; ++i) unit = unit << 4 | char32_t(hexDigit(text[i]));
    return unit;
}

bool isHighSurrogate(char32_t unit) { return unit >= 0xD800 && unit < 0xDC00; }
bool isLowSurrogate(char32_t unit) { return unit >= 0xDC00 && unit < 0xE000; }

// `text` is what follows the "\u"; how much of it was taken is returned.
std::size_t decodeUnicode(std::string& out, std::string_view text)
{
    const auto unit = fourHexDigits(text);
    if (isHighSurrogate(unit) && text.substr(4, 2) == "\\u")
        if (const auto low = fourHexDigits(text.substr(6)); isLowSurrogate(low))
        {
            appendUtf8(out, 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            return 10;
        }
    if (isHighSurrogate(unit) || isLowSurrogate(unit)) out += replacementCharacter;
    else appendUtf8(out, unit);
    return 4;
}

// What stands between the quotes of a valid string. Escapes never make it longer.
void decode(std::string& out, std::string_view text)
{
    constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    out.reserve(text.size());
    while (!text.empty())
    {
        const auto plain = std::min(text.find('\\'), text.size());
        out += text.substr(0, plain);
        text.remove_prefix(plain);
        if (text.empty()) return;
        const char letter = text[1];
        text.remove_prefix(2);
        if (letter == 'u') text.remove_prefix(decodeUnicode(out, text));
        else out += meant[letters.find(letter)];
    }
}

std::string_view between(std::string_view text) { return text.substr(1, text.size() - 2); }

std::string_view trimmed(std::string_view text)
{
    while (!text.empty() && isBlank(text.front())) text.remove_prefix(1);
    while (!text.empty() && isBlank(text.back())) text.remove_suffix(1);
    return text;
}

// The value at the front of `rest`, which has been found valid before; it is taken away, with the separator behind it.
Value takeValue(std::string_view& rest)
{
    rest = trimmed(rest);
    Scanner scanner(rest);
    scanner.value(0);
    const Value value(rest.substr(0, scanner.at()));
    rest = trimmed(rest.substr(scanner.at()));
    if (!rest.empty()) rest.remove_prefix(1); // , or :
    return value;
}

} // namespace

Type Value::type() const
{
    switch (text_.front())
    {
        case '{': return Type::Object;
        case '[': return Type::Array;
        case '"': return Type::String;
        case 't':
        case 'f': return Type::Boolean;
        case 'n': return Type::Null;
        default: return Type::Number;
    }
}

std::optional<bool> Value::boolean() const
{
    if (type() != Type::Boolean) return {};
    return text_.front() == 't';
}

std::optional<double> Value::number() const
{
    if (type() != Type::Number) return {};
    double value = 0;
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error == std::errc::result_out_of_range)
        return text_.find("e-") == text_.npos && text_.find("E-") == text_.npos ? std::numeric_limits<double>::infinity() : 0;
    return value;
}

std::optional<std::string> Value::string() const
{
    if (type() != Type::String) return {};
    std::string decoded;
    decode(decoded, between(text_));
    return decoded;
}

std::optional<Secret> Value::secret() const
{
    if (type() != Type::String) return {};
    const auto inside = between(text_);
    if (inside.find('\\') == inside.npos) return Secret(inside);
    std::string decoded;
    decode(decoded, inside);
    Secret secret(decoded);
    OPENSSL_cleanse(decoded.data(), decoded.size());
    return secret;
}

bool Value::is(std::string_view ascii) const
{
    if (type() != Type::String) return false;
    const auto inside = between(text_);
    return inside.find('\\') == inside.npos ? inside == ascii : string() == ascii;
}

tl::expected<Value, Fault> parse(std::string_view text)
{
    constexpr std::string_view byteOrderMark = "\xEF\xBB\xBF";
    const std::size_t front = text.starts_with(byteOrderMark) ? byteOrderMark.size() : 0;
    Scanner scanner(text.substr(front));
    scanner.blanks();
    const auto start = scanner.at();
    const bool valid = scanner.value(0);
    const auto end = scanner.at();
    scanner.blanks();
    if (!valid) return tl::unexpected(Fault{scanner.fault(), front + end});
    if (!scanner.atEnd()) return tl::unexpected(Fault{"garbage at the end of the document", front + scanner.at()});
    return Value(text.substr(front + start, end - start));
}

Entries::Entries(const Value& container) : object_(container.type() == Type::Object)
{
    if (object_ || container.type() == Type::Array) text_ = trimmed(between(container.text()));
}

std::optional<Entries::Entry> Entries::next()
{
    if (text_.empty()) return {};
    std::optional<Value> key;
    if (object_) key = takeValue(text_);
    return Entry{key, takeValue(text_)};
}

std::string compact(const Value& value)
{
    std::string out;
    bool quoted = false, escaped = false;
    for (const char c : value.text())
    {
        if (quoted || !isBlank(c)) out += c;
        if (c == '"' && !escaped) quoted = !quoted;
        escaped = c == '\\' && !escaped;
    }
    return out;
}

} // namespace eidkern::sdk::json
