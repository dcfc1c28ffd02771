const B=()=>JSON.parse(localStorage.getItem('basket')||'[]');
function put(o){const b=B();b.push(o);localStorage.setItem('basket',JSON.stringify(b));count();const t=document.getElementById('toast');t.textContent=o.name+' added to your basket';}
function count(){document.querySelectorAll('[data-count]').forEach(e=>e.textContent=B().length)}
document.addEventListener('DOMContentLoaded',()=>{count();
 if(!localStorage.getItem('consent')){const c=document.createElement('div');c.className='consent';c.setAttribute('role','region');c.setAttribute('aria-label','Cookies');c.innerHTML='<p>We use cookies to keep your basket and to measure visits.</p><button>Accept all</button> <button>Only necessary</button>';document.body.append(c);c.onclick=e=>{if(e.target.tagName=='BUTTON'){localStorage.setItem('consent',e.target.textContent);c.remove()}}}
 document.addEventListener('click',e=>{const b=e.target.closest('[data-add]');if(b)put({name:b.dataset.add})});
});