#include "pages.h"

// A Swift array literal of this size takes the compiler a minute and a gigabyte; C23's #embed takes nothing. A macro
// cannot hold #embed, so each file has three lines here. A test finds files that are left out.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const waybill_page_file files[] = {
    {"assets/api.js", (const unsigned char[]){
#embed "assets/api.js" suffix(, 0)
    }},
    {"assets/design.css", (const unsigned char[]){
#embed "assets/design.css" suffix(, 0)
    }},
    {"assets/dom.js", (const unsigned char[]){
#embed "assets/dom.js" suffix(, 0)
    }},
    {"assets/favicon.svg", (const unsigned char[]){
#embed "assets/favicon.svg" suffix(, 0)
    }},
    {"assets/format.js", (const unsigned char[]){
#embed "assets/format.js" suffix(, 0)
    }},
    {"assets/home.css", (const unsigned char[]){
#embed "assets/home.css" suffix(, 0)
    }},
    {"assets/home.js", (const unsigned char[]){
#embed "assets/home.js" suffix(, 0)
    }},
    {"assets/robots.txt", (const unsigned char[]){
#embed "assets/robots.txt" suffix(, 0)
    }},
    {"assets/session.js", (const unsigned char[]){
#embed "assets/session.js" suffix(, 0)
    }},
    {"assets/stream.js", (const unsigned char[]){
#embed "assets/stream.js" suffix(, 0)
    }},
    {"assets/waybill-stream.js", (const unsigned char[]){
#embed "assets/waybill-stream.js" suffix(, 0)
    }},
    {"templates/home.mustache", (const unsigned char[]){
#embed "templates/home.mustache" suffix(, 0)
    }},
    {"templates/page.mustache", (const unsigned char[]){
#embed "templates/page.mustache" suffix(, 0)
    }},
    {"templates/sign-in.mustache", (const unsigned char[]){
#embed "templates/sign-in.mustache" suffix(, 0)
    }},
    {"templates/top.mustache", (const unsigned char[]){
#embed "templates/top.mustache" suffix(, 0)
    }},
    {"templates/track-dead.mustache", (const unsigned char[]){
#embed "templates/track-dead.mustache" suffix(, 0)
    }},
    {"templates/track.mustache", (const unsigned char[]){
#embed "templates/track.mustache" suffix(, 0)
    }},
    {0, 0},
};

const waybill_page_file *const waybill_page_files = files;
