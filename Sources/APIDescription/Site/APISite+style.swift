extension APISite {
    /// The page's style sheet, with light and dark colours. A wide screen has the text on the left and code on the
    /// right.
    static let style = """
        :root {
          --paper: #fbfaf7; --card: #f4f2ec; --ink: #22211e; --soft: #6b675f; --line: #e4e0d6; --accent: #0b6b63;
          --get: #33598c; --delete: #a23b35; --name: #0b5a72; --word: #7a4a12; --number: #8a2f5d; --mark: #fff6d6;
        }
        @media (prefers-color-scheme: dark) {
          :root {
            --paper: #15171a; --card: #1c1f23; --ink: #e4e2dc; --soft: #9a968d; --line: #2c3036; --accent: #5fc4b8;
            --get: #8fb4e8; --delete: #ee9088; --name: #86c8e0; --word: #e0b27c; --number: #e59ac1; --mark: #33301c;
          }
        }
        * { box-sizing: border-box; }
        html { scroll-padding-top: 1.5rem; -webkit-text-size-adjust: 100%; }
        body {
          margin: 0; background: var(--paper); color: var(--ink); display: grid;
          grid-template-columns: 17rem minmax(0, 1fr);
          font: 1rem/1.6 "Inter", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
          font-feature-settings: "cv05", "ss03"; text-rendering: optimizeLegibility;
        }
        code, pre { font-family: ui-monospace, "SF Mono", "Cascadia Code", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
        code { font-size: .86em; overflow-wrap: anywhere; }
        a { color: inherit; text-decoration-color: var(--line); text-underline-offset: .2em; }
        a:hover { color: var(--accent); text-decoration-color: currentColor; }
        :focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
        ::selection { background: color-mix(in srgb, var(--accent) 25%, transparent); }

        header { display: none; }
        #menu { position: absolute; opacity: 0; pointer-events: none; }
        nav {
          position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 2rem 1rem 3rem 1.5rem; font-size: .82rem;
          border-right: 1px solid var(--line); overscroll-behavior: contain; scrollbar-width: thin;
        }
        nav h2 { font-size: .72rem; letter-spacing: .08em; text-transform: uppercase; margin: 1.6rem 0 .4rem; }
        nav h2:first-child { margin-top: 0; }
        nav h2, nav h2 a { color: var(--soft); font-weight: 600; text-decoration: none; }
        nav ul { list-style: none; margin: 0; padding: 0; }
        nav li a {
          display: grid; grid-template-columns: auto 1fr; gap: .5rem; align-items: baseline; padding: .17rem .4rem;
          margin-left: -.4rem; border-radius: 5px; text-decoration: none; overflow-wrap: anywhere; line-height: 1.4;
        }
        nav li a:hover { background: var(--card); }
        nav em { font-size: .6rem; min-width: 2.5rem; }

        main { padding: 3rem clamp(1.25rem, 4vw, 4rem) 6rem; max-width: 86rem; }
        h1 { font-size: 2.4rem; line-height: 1.15; letter-spacing: -.025em; margin: 0 0 .6rem; font-weight: 650; }
        h2 { font-size: 1.2rem; letter-spacing: -.01em; margin: 2.2rem 0 .5rem; font-weight: 620; }
        h2.title { font-size: 1.75rem; letter-spacing: -.02em; margin: 5rem 0 .25rem; line-height: 1.2; }
        h3 { font-size: 1.02rem; margin: 0 0 .75rem; font-weight: 600; line-height: 1.5; }
        h3 code { font-size: .98em; }
        h4 {
          font-size: .72rem; letter-spacing: .08em; text-transform: uppercase; color: var(--soft); margin: 1.8rem 0 .3rem;
          font-weight: 600;
        }
        p { margin: 0 0 .9rem; max-width: 44rem; }
        .lead { color: var(--soft); font-size: 1.06rem; }
        .intro { max-width: 46rem; }
        em { font-style: normal; font-weight: 700; font-size: .7rem; letter-spacing: .06em; color: var(--accent); }
        em.get { color: var(--get); }
        em.delete { color: var(--delete); }
        h3 em { margin-right: .35rem; font-size: .74rem; }

        article {
          display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 29rem); grid-template-rows: auto 1fr; column-gap: 3rem;
          padding: 2.4rem 0; border-top: 1px solid var(--line); margin-top: 1.6rem;
        }
        article + article { margin-top: 0; }
        article h3 { grid-column: 1 / -1; }
        article .code { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem); overflow-y: auto; }
        .roles span {
          display: inline-block; font-size: .75rem; padding: .05rem .55rem; border: 1px solid var(--line); border-radius: 99px;
          color: var(--soft);
        }
        .roles { color: var(--soft); font-size: .8rem; margin: 0; }
        b.good { color: var(--accent); font-weight: 600; }
        b.bad { color: var(--soft); font-weight: 600; }
        h3:target, h2:target { background: var(--mark); }
        article:target h3 code, span:target code { background: var(--mark); box-shadow: 0 0 0 .25em var(--mark); border-radius: 2px; }

        .table { overflow-x: auto; margin: 0 0 1rem; }
        table { border-collapse: collapse; width: 100%; font-size: .86rem; line-height: 1.5; }
        th {
          text-align: left; font-weight: 500; color: var(--soft); font-size: .75rem; padding: .3rem 1rem .3rem 0;
          border-bottom: 1px solid var(--line);
        }
        td { vertical-align: top; padding: .45rem 1rem .45rem 0; border-bottom: 1px solid var(--line); min-width: 5rem; }
        tr:last-child td { border-bottom: 0; }
        td:last-child, th:last-child { padding-right: 0; }
        .text td:first-child { white-space: nowrap; }
        small { color: var(--soft); font-size: .75rem; }

        figure { margin: 0 0 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow: hidden; }
        figcaption { font-size: .72rem; color: var(--soft); padding: .45rem .9rem; border-bottom: 1px solid var(--line); }
        pre { margin: 0; padding: .8rem .9rem; overflow: auto; font-size: .78rem; line-height: 1.55; max-height: 34rem; tab-size: 2; }
        pre code { font-size: inherit; overflow-wrap: normal; }
        pre b { font-weight: 400; color: var(--name); }
        pre i { font-style: normal; color: var(--word); }
        pre u { text-decoration: none; color: var(--number); }
        .frames article { grid-template-columns: minmax(0, 1fr); padding: 1.8rem 0; }
        .frames article .code { position: static; }
        .frames pre { white-space: pre-wrap; overflow-wrap: anywhere; }
        .types h3 { margin: 2.6rem 0 .4rem; }

        @media (max-width: 76rem) {
          article { grid-template-columns: minmax(0, 1fr); }
          article .code { position: static; max-height: none; margin-top: 1.4rem; }
        }
        @media (max-width: 54rem) {
          body { grid-template-columns: minmax(0, 1fr); }
          html { scroll-padding-top: 4.25rem; }
          header {
            display: flex; justify-content: space-between; align-items: center; position: sticky; top: 0; z-index: 2;
            padding: .7rem 1.25rem; background: color-mix(in srgb, var(--paper) 92%, transparent);
            backdrop-filter: blur(8px); border-bottom: 1px solid var(--line);
          }
          .brand { font-weight: 650; text-decoration: none; letter-spacing: -.01em; }
          .brand span { color: var(--soft); font-weight: 400; }
          label { font-size: .85rem; padding: .3rem .8rem; border: 1px solid var(--line); border-radius: 99px; cursor: pointer; }
          #menu:focus-visible ~ header label { outline: 2px solid var(--accent); }
          nav { display: none; position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); padding: 1.25rem; }
          #menu:checked ~ nav { display: block; }
          nav li a { padding: .35rem .4rem; font-size: .9rem; }
          main { padding: 2rem 1.25rem 4rem; }
          h1 { font-size: 2rem; }
          h2.title { margin-top: 3.5rem; font-size: 1.5rem; }
          article { padding: 1.8rem 0; }
          td { min-width: 7rem; }
          pre { font-size: .74rem; }
        }
        @media print { nav, header { display: none; } body { display: block; } article .code { position: static; } }
        """
}
