// What a page is made of. Everything returned is HTML, and so are parameters called `html` or `title`; what comes from outside
// goes through escaped() first. No scripts, nothing from elsewhere.
#pragma once
#include <string>
#include <string_view>

#include "eidkern/failure.h"

namespace eidkern::pages
{

struct Said // in both languages of the pages
{
    std::string_view german, english;
    std::string in(Language language) const { return std::string(language == Language::German ? german : english); }
};

// For text and for attribute values. Control characters, and those that turn the direction of writing, become U+FFFD.
std::string escaped(std::string_view utf8);

enum class Mark { Good, Bad, Note };

std::string verdict(Mark mark, const std::string& title); // the page's h1
std::string sheet(const std::string& title, const std::string& html);
std::string button(std::string_view href, const std::string& title, bool quiet); // `href` is not escaped yet
std::string row(std::string_view label, const std::string& html);                // nor is `label`
std::string table(const std::string& rows, const std::string& caption = {});     // one caption at most; empty without rows

} // namespace eidkern::pages
