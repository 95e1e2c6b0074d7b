"""The style of the matrix and of the images behind it; it stands in the page once, with them."""

STYLE = """
.gal{--gal-size:56px}
.gal-matrix{width:100%;border-collapse:collapse;font-size:.9rem;table-layout:fixed}
.gal-matrix caption{text-align:left;padding-bottom:.5rem}
.gal-matrix th,.gal-matrix td{min-width:0;padding:1px;text-align:center;vertical-align:middle;
  font-variant-numeric:tabular-nums}
.gal-matrix th{font-weight:400}
.gal-matrix thead th{vertical-align:bottom;padding:.4rem 1px .3rem}
.gal-matrix thead span{writing-mode:vertical-rl;transform:rotate(180deg);white-space:nowrap}
.gal-matrix th:first-child{width:6.5rem;text-align:left;white-space:nowrap}
.gal-matrix tbody tr,.gal-matrix tbody tr:nth-child(even){background:none}
.gal-matrix tbody td{height:2rem;background:color-mix(in srgb,#d8622a calc(.6*var(--gal-tint,0%)),transparent)}
.gal-matrix .gal-right{background:none;font-weight:700}
.gal-matrix button{width:100%;min-height:2rem;padding:0;border:0;background:none;color:inherit;font:inherit;
  text-decoration:underline;text-underline-offset:.2em;cursor:pointer}
.gal-matrix button:hover{background:color-mix(in srgb,currentColor 15%,transparent)}
.gal-images{box-sizing:border-box;width:min(46rem,calc(100vw - 1.5rem));max-height:calc(100vh - 2rem);
  padding:.8rem 1rem;overflow:auto;overscroll-behavior:contain;border:1px solid;background:Canvas;
  color:CanvasText}
.gal-images::backdrop{background:#0007}
.gal-images p{margin:0 5rem .5rem 0}
.gal-images>button{position:absolute;top:.7rem;right:.9rem;min-height:2rem;padding:0 .7rem;font:inherit}
.gal-images ul,.gal-never ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(var(--gal-size),1fr));
  gap:.5rem;margin:.6rem 0;padding:0;list-style:none}
.gal-images li{margin:0;font-size:.8rem;line-height:1.2;text-align:center;font-variant-numeric:tabular-nums}
.gal-never{margin:1.6rem 0}
.gal-never ul{grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.8rem}
.gal-never li{margin:0;font-size:.85rem;line-height:1.3}
.gal-never b,.gal-never i{display:block}
.gal i{display:block;width:var(--gal-size);height:var(--gal-size);
  background:var(--gal-sprite) calc(var(--x)*var(--gal-size)*-1) calc(var(--y)*var(--gal-size)*-1)/
  calc(var(--gal-across)*var(--gal-size)) calc(var(--gal-down)*var(--gal-size));
  image-rendering:pixelated;filter:invert(1)}
.gal-images i{margin:0 auto .15rem}
.gal-never i{--gal-size:84px;margin-bottom:.3rem}
@media(prefers-color-scheme:dark){.gal i{filter:none}}
@media(max-width:40rem){.gal-matrix{font-size:.75rem}.gal-matrix th:first-child{width:5rem}.gal-never ul{
  grid-template-columns:repeat(2,1fr)}}
@media print{.gal-images{display:none}.gal i{print-color-adjust:exact}}
"""
