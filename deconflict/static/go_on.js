// A page that has more to do asks for it by itself; without scripts its button does.
document.querySelector("form[data-goes-on]").submit();
