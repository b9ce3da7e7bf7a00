/* In the page, beside axe-core: what it finds wrong there, in a theme. */
(() => {
  /** Nothing but arrows and marks: a picture, which has a name, and for which WCAG 1.4.11 asks less than for text. */
  const isPicture = (element) => !/[\p{L}\p{N}]/u.test(element.textContent);
  const pictureContrast = 3;

  /** The same one, or the one it is slotted into, or the host of its shadow tree. */
  const around = (element) => element.assignedSlot ?? element.parentElement ?? element.getRootNode().host ?? null;

  /**
   * The contrast of a text with the backgrounds it stands in, by their order in the tree; undefined where one of them is
   * more than a colour. axe goes by what lies where, and does not know that a popover lies above the rest, nor that a
   * line ends where its box does.
   */
  function contrastInTree(element) {
    const { Color, flattenColors, getContrast } = axe.commons.color;
    const layers = [];
    for (let each = element; each !== null; each = around(each)) {
      const style = getComputedStyle(each);
      if (style.backgroundImage !== 'none' || style.opacity !== '1' || style.mixBlendMode !== 'normal')
        return undefined;
      const layer = new Color();
      layer.parseString(style.backgroundColor);
      layers.push(layer);
      if (layer.alpha === 1) break;
    }
    const background = layers.reduceRight((under, layer) => flattenColors(layer, under), new Color(255, 255, 255, 1));
    const words = new Color();
    words.parseString(getComputedStyle(element).color);
    return getContrast(background, words);
  }

  /** Why a text cannot be read as well as it must; undefined when it can. */
  function illegible({ element, any: [{ data, message }] }) {
    const isCovered = ['bgOverlap', 'elmPartiallyObscured'].includes(data?.messageKey);
    const contrast = isCovered ? contrastInTree(element) : data?.contrastRatio;
    const expected = isPicture(element) ? pictureContrast : parseFloat(data?.expectedContrastRatio);
    if (contrast >= expected) return undefined;
    return isCovered ? `${message}; by its place in the tree it is ${contrast?.toFixed(2)} of ${expected}` : message;
  }

  /** What each node has to say; nothing when there is nothing to mend. */
  function reason(rule, node) {
    if (rule === 'color-contrast') return illegible(node);
    return [...node.none, ...node.all, ...node.any].map(({ message }) => message).join(' ');
  }

  /** What axe did not decide. Its own failure at an element is no proof that the element is in order. */
  const isDoubt = ({ id, nodes }) =>
    id === 'color-contrast' ||
    nodes.some(({ none, all, any }) => [...none, ...all, ...any].some((check) => check.id === 'error-occurred'));

  /** Sets the classes of the body and holds the page to the rules; one line for each element that breaks one. */
  window.brokenRules = async (classes, runOnly) => {
    document.body.className = classes;
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    // A colour in the middle of a transition is nobody's choice.
    await Promise.all(document.getAnimations().map(({ finished }) => finished.catch(() => undefined)));
    const { violations, incomplete } = await axe.run(document, {
      runOnly,
      resultTypes: ['violations', 'incomplete'],
      // axe leaves arrows and single letters unjudged, as they may be pictures of a font.
      checks: { 'color-contrast': { options: { ignoreUnicode: false, ignoreLength: true } } },
      elementRef: true,
      preload: false,
    });
    const broken = [];
    for (const { id, help, nodes } of [...violations, ...incomplete.filter(isDoubt)])
      for (const node of nodes) {
        const why = reason(id, node);
        if (why !== undefined) broken.push(`${id}: ${help}. ${why} ${node.html.slice(0, 160)}`);
      }
    return broken;
  };
})();
