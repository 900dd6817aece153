// The frame of every page that a browser gets from us: document, style, language, and the headers that keep it to itself.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "pages/html.h"

namespace eidkern::pages
{

// German or English, whichever is preferred (RFC 9110 12.5.4); the first of equals; English when neither is wanted.
Language preferred(std::string_view acceptLanguage);

std::string_view tag(Language language); // "de", "en"

struct Frame // HTML all of it
{
    Language language = Language::English;
    std::string program;         // stands at the top and behind each title
    std::string home = {};       // address behind `program`; empty: it leads nowhere
    std::string navigation = {}; // links at the top
    std::string footer = {};
};

std::string document(const Frame& frame, const std::string& title, const std::string& main);

// Of each page: its language, nothing loaded but its own style (by its hash), no frames, forms and referrers.
std::vector<std::pair<std::string, std::string>> headers(Language language);

} // namespace eidkern::pages
